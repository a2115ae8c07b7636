import type { AssetQuery, AssetState, Filter } from '@stowage/core/contracts'
import { type Access, kindIs } from './access.ts'
import { compileFilter, compileRest, type FilterContext } from './filter.ts'
import { allOf, type Fragment, join, literal, raw, sql } from './fragment.ts'
import { branchesAfter, type Order, orderOf } from './order.ts'
import { assets, selectList } from './schema.ts'
import { hasOnlyShortTerms, shortTermMatches } from './short-terms.ts'

const COLUMNS = raw(selectList(assets, 'a'))
const MERGED = raw(selectList(assets, 'm'))

/** Assets of which the database looks at the texts one by one, before it asks their index. */
const NEAR_ROWS = 1000

interface Branch {
  readonly from: Fragment
  readonly where: readonly Fragment[]
  readonly by: Fragment
  /** Comes after all of the branch before it, and so is read only where that one does not fill the page. */
  readonly continues: boolean
}

const branchesOf = (order: Order, query: AssetQuery, from: Fragment, where: readonly Fragment[]): Branch[] =>
  branchesAfter(order, query.after).map((after, i) => ({
    from,
    where: [...where, ...after.where],
    by: after.by,
    continues: i > 0,
  }))

/** A page of ready assets along one access. */
export function readyPage(access: Access, query: AssetQuery): Fragment {
  const order = orderOf(access.context, query.sort, access)
  if (order.newest && access.ordered) return indexPage(access, access.ordered, query, order)
  if (hasOnlyShortTerms(access.context, access.rest)) return shortTermPage(access, query, order)
  if (order.newest && access.context.driving === null) return nearOrFarPage(access, query, order)
  const where = [...access.where, ...compileRest(access.context, access.rest)]
  return page(access.context, query, order, branchesOf(order, query, access.from, where))
}

/**
 * A page of texts that the database finds. What it expects of a word is often wrong, so that it would read all assets in the order of the
 * list for a rare one: that order is tried on a few rows, and then all that is found is put in order.
 */
function nearOrFarPage({ context, from, where, rest }: Access, query: AssetQuery, order: Order): Fragment {
  const most = query.limit + (query.offset ?? 0)
  const conditions = [...where, ...branchesAfter(order, query.after).flatMap(({ where }) => where)]
  const columns = raw('a.seq, a.created_at, a.id')
  const first = sql`select a.* from ${from} where ${allOf(conditions)} order by ${order.by} limit ${NEAR_ROWS}`
  const oneByOne = compileRest({ ...context, driving: new Set(), few: true }, rest)
  const near = sql`select ${columns} from (${first}) a where ${allOf(oneByOne)} order by ${order.by} limit ${most}`
  const isShort = sql`(select count(*) from near) < ${most}`
  const found = allOf([...conditions, ...compileRest(context, rest)])
  const direction = raw(order.direction)
  // No index has this order. Behind a limit of none, nothing is begun.
  const far = sql`select ${columns} from ${from} where ${found} order by a.created_at + 0 ${direction}, a.id ${direction}
    limit (select case when ${isShort} then ${most} else 0 end)`
  // The limit says again how few these are.
  const either = sql`select seq from near where not (${isShort}) union all select seq from far limit ${most}`
  return sql`with near as materialized (${near}), far as materialized (${far})
    select ${COLUMNS} from (${either}) m ${context.dialect.orderedJoin} assets a on a.seq = m.seq
    order by ${order.by} limit ${query.limit} offset ${query.offset ?? 0}`
}

/** A page in which other states than `ready` may be. */
export function mixedPage(context: FilterContext, filters: readonly Filter[], query: AssetQuery): Fragment {
  const order = orderOf(context, query.sort)
  const shared = [kindIs(context.kindName), ...filters.map(filter => compileFilter(context, filter))]
  const branches = [...new Set(context.states)].flatMap(state =>
    branchesOf(order, query, raw('assets a'), [...shared, stateIs(state)]),
  )
  return page(context, query, order, branches)
}

/** Partial indexes are used where the statement says literally what they hold. */
export const stateIs = (state: AssetState): Fragment =>
  state === 'ready' ? raw("a.state = 'ready'") : sql`a.state <> 'ready' and a.state = ${literal(state)}`

// Each branch comes in order from an index; what comes out is merged.
function page(context: FilterContext, query: AssetQuery, order: Order, branches: readonly Branch[]): Fragment {
  const [first] = branches
  const window = sql`limit ${query.limit} offset ${query.offset ?? 0}`
  if (!first) return sql`select ${COLUMNS} from assets a where 1 = 0`
  if (branches.length === 1) {
    return sql`select ${COLUMNS} from ${first.from} where ${allOf(first.where)} order by ${first.by} ${window}`
  }
  const most = query.limit + (query.offset ?? 0)
  // Of rows that are passed by, an index has all that is needed.
  const skips = (query.offset ?? 0) > 0
  const columns = skips ? raw('a.seq, a.id') : COLUMNS
  const parts = branches.map(({ from, where, by, continues }, i) => {
    const gate = continues ? [sql`(select count(*) from p${raw(String(i - 1))}) < ${most}`] : []
    const rows = sql`select ${columns}, ${order.column.value} as sort_value from ${from} where ${allOf([...gate, ...where])}`
    return sql`p${raw(String(i))} as materialized (${rows} order by ${by} limit ${most})`
  })
  const merged = branches.map((_, i) => `select * from p${i}`).join(' union all ')
  const direction = raw(order.direction)
  const by = sql`m.sort_value ${direction} ${context.dialect.nullsLast(order.direction)}, m.id ${direction}`
  const page = (selected: Fragment) => sql`select ${selected} from (${raw(merged)}) m order by ${by} ${window}`
  if (!skips) return sql`with ${join(parts, ', ')} ${page(MERGED)}`
  return sql`with ${join(parts, ', ')} select ${COLUMNS} from (${page(raw('m.seq, m.id, m.sort_value'))}) m
    ${context.dialect.orderedJoin} assets a on a.seq = m.seq order by ${by}`
}

/**
 * Newest first along a full-text index, which is ordered by creation time but not by id within it: the oldest time of the
 * page is read whole, and then put in order.
 */
function indexPage(access: Access, ordered: NonNullable<Access['ordered']>, query: AssetQuery, order: Order): Fragment {
  const { seq, firstSeq } = ordered
  const descending = order.direction === 'desc'
  const conditions = [...access.where, ...branchesAfter(order, query.after).flatMap(({ where }) => where)]
  if (query.after) {
    const at = sql`${Number(query.after.value)}`
    conditions.push(descending ? sql`${seq} < ${firstSeq(sql`${at} + 1`)}` : sql`${seq} >= ${firstSeq(at)}`)
  }
  const reached = sql`${foundAlong(access, seq, conditions, order)} limit ${query.limit + (query.offset ?? 0)}`
  const edge = raw(`(select ${descending ? 'min' : 'max'}(created_at) from reached)`)
  const atEdge = sql`${seq} >= ${firstSeq(edge)} and ${seq} < ${firstSeq(sql`${edge} + 1`)}`
  const kept = sql`select seq from reached where created_at <> ${edge}`
  const tied = sql`select a.seq from ${access.from} where ${allOf([...conditions, atEdge, ...compileRest(access.context, access.rest)])}`
  const final = orderOf(access.context, query.sort)
  return sql`with reached as materialized (${reached}) select ${COLUMNS} from assets a where a.seq in (${kept} union all ${tied})
    order by ${final.by} limit ${query.limit} offset ${query.offset ?? 0}`
}

function foundAlong(access: Access, seq: Fragment, conditions: readonly Fragment[], order: Order): Fragment {
  const { context, rest, from } = access
  if (hasOnlyShortTerms(context, rest)) return shortTermMatches(access, conditions.slice(access.where.length), order)
  const where = allOf([...conditions, ...compileRest(context, rest)])
  return sql`select a.seq as seq, a.created_at as created_at from ${from} where ${where} order by ${seq} ${raw(order.direction)}`
}

function shortTermPage(access: Access, query: AssetQuery, order: Order): Fragment {
  const final = orderOf(access.context, query.sort)
  if (!order.newest) {
    const where = [sql`a.seq in (select seq from (${shortTermMatches(access)}) f)`]
    return page(access.context, query, final, branchesOf(final, query, raw('assets a'), where))
  }
  // Matches come in the order of the list, so that reading ends with the page.
  const matches = shortTermMatches(
    access,
    branchesAfter(order, query.after).flatMap(({ where }) => where),
    order,
  )
  const found = sql`${matches} limit ${query.limit} offset ${query.offset ?? 0}`
  return sql`select ${COLUMNS} from (${found}) s ${access.context.dialect.orderedJoin} assets a on a.seq = s.seq order by ${final.by}`
}
