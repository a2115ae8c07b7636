import type { Access } from './access.ts'
import { compileFilter, compileRest, type FilterContext, foldTerms } from './filter.ts'
import { allOf, type Fragment, raw, sql } from './fragment.ts'
import { type Order, orderOf } from './order.ts'

/** Assets whose text is compared with terms that are too short for the index, newest first. */
const SHORT_TERM_SCAN_ROWS = 100_000

/** Whether all that is searched for is too short for the index. */
export function hasOnlyShortTerms(context: FilterContext, filters: Access['rest']): boolean {
  const terms = filters.flatMap(filter => (filter.op === 'search' ? foldTerms(filter.terms) : []))
  return terms.length > 0 && terms.every(term => [...term].length < context.dialect.search.minTermLength)
}

/**
 * `seq` and creation time of the assets found among those that the other filters leave, in the order in which they are read.
 * @param after narrows what is read; order by creation time
 */
export function shortTermMatches(access: Access, after: readonly Fragment[] = [], order: Order = newestOf(access)): Fragment {
  const { context, ordered } = access
  const others = access.rest.filter(({ op }) => op !== 'search')
  const searched = access.rest.filter(({ op }) => op === 'search').map(filter => compileFilter(context, filter))
  const by = ordered ? sql`${ordered.seq} ${raw(order.direction)}` : order.by
  const read = sql`select a.seq as seq, a.created_at as created_at, a.search as search from ${access.from}
    where ${allOf([...access.where, ...compileRest(context, others), ...after])} order by ${by} limit ${SHORT_TERM_SCAN_ROWS}`
  return sql`select a.seq as seq, a.created_at as created_at from (${read}) a where ${allOf(searched)}`
}

const newestOf = (access: Access): Order => orderOf(access.context, { column: 'createdAt', direction: 'desc' }, access)
