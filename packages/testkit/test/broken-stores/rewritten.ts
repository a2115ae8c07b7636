import type { Filter } from '@stowage/core/contracts'

/** The same filter with every part rewritten. */
export function rewritten(filter: Filter, rewrite: (part: Filter) => Filter): Filter {
  if (filter.op === 'and' || filter.op === 'or') {
    return rewrite({ op: filter.op, filters: filter.filters.map(part => rewritten(part, rewrite)) })
  }
  return rewrite(filter.op === 'not' ? { op: 'not', filter: rewritten(filter.filter, rewrite) } : filter)
}
