import type { Access } from './access.ts'
import { compileFilter, type FilterContext, foldTerms } from './filter.ts'
import { allOf, type Fragment, sql } from './fragment.ts'
import { type Order, orderOf } from './order.ts'

/** Assets whose text is compared with terms that are too short for the index, newest first. */
const SHORT_TERM_SCAN_ROWS = 100_000

/** Whether all that is searched for is too short for the index. */
export function hasOnlyShortTerms(context: FilterContext, filters: Access['rest']): boolean {
  const terms = filters.flatMap(filter => (filter.op === 'search' ? foldTerms(filter.terms) : []))
  return terms.length > 0 && terms.every(term => [...term].length < context.dialect.search.minTermLength)
}

/**
 * `seq` of the assets found among those that the other filters leave, in the order in which they are read.
 * @param after narrows what is read; order by creation time
 */
export function shortTermMatches(access: Access, after: readonly Fragment[] = [], order: Order = newestOf(access)): Fragment {
  const compiled = (searched: boolean): Fragment[] =>
    access.rest.filter(({ op }) => (op === 'search') === searched).map(filter => compileFilter(access.context, filter))
  const read = sql`select a.seq as seq, a.search as search from ${access.from}
    where ${allOf([...access.where, ...compiled(false), ...after])} order by ${order.by} limit ${SHORT_TERM_SCAN_ROWS}`
  return sql`select a.seq from (${read}) a where ${allOf(compiled(true))}`
}

const newestOf = (access: Access): Order => orderOf(access.context, { column: 'createdAt', direction: 'desc' }, access)
