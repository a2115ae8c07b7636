import type { AssetQuery, Filter, KindSchema } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { type Access, conjuncts, kindIs, narrowAccesses, sortedAccess, tableAccess } from './access.ts'
import type { SqlDialect } from './dialect.ts'
import type { Row } from './driver.ts'
import { checkFilter, compileFilter, compileRest, type FilterContext } from './filter.ts'
import { allOf, type Fragment, join, raw, sql } from './fragment.ts'
import { mixedPage, readyPage, stateIs } from './page.ts'
import { MAX_RANKED_ROWS, rankedPage, rankedWords } from './ranked.ts'
import { hasOnlyShortTerms, shortTermMatches } from './short-terms.ts'
import { spaceOf } from './space.ts'
import { checkText } from './text.ts'
import { wordsAccess } from './text-accesses.ts'

/** Rows up to which ways are compared by their length. */
const PROBE_ROWS = 1000
/** Fewer rows than these are read and sorted, where an index in the order of the list would pass by many others. */
const SORTED_ROWS = 5000

type Counted = Pick<AssetQuery, 'kind' | 'filter' | 'states'>
/** Asks the database which of several ways is the shortest. */
export type Probe = (statement: Fragment) => Promise<readonly Row[]>

export interface Planner {
  page(query: AssetQuery, probe: Probe): Promise<Fragment>
  count(query: Counted, max: number, probe: Probe): Promise<Fragment>
}

/** Compiles lists and counts; where several indexes would do, the one with the fewest rows is read. */
export function planner(dialect: SqlDialect, kinds: ReadonlyMap<string, KindSchema>): Planner {
  const contextOf = (query: Counted): FilterContext => {
    checkFilter(query.filter)
    checkText(query.kind, 'kind')
    return { dialect, kindName: query.kind, kind: kinds.get(query.kind), states: query.states ?? ['ready'], driving: null }
  }
  return {
    async page(query, probe) {
      checkPage(query)
      const context = contextOf(query)
      const filters = conjuncts(query.filter)
      if (query.ranked) return ranked({ ...query, terms: query.ranked }, context, filters, probe)
      if (!isReadyOnly(context) || !context.kind) return mixedPage(context, filters, query)
      return readyPage(await bestFor(query, context, filters, probe), query)
    },
    async count(query, max, probe) {
      if (!Number.isSafeInteger(max) || max < 0) throw new StowageError('invalid_request', 'max must be a whole number from 0.')
      const context = contextOf(query)
      const filters = conjuncts(query.filter)
      if (!isReadyOnly(context) || !context.kind) return countMixed(context, filters, max)
      return countReady(await shortest(context, filters, probe), max)
    },
  }
}

const isReadyOnly = ({ states }: FilterContext): boolean => states.length === 1 && states[0] === 'ready'

function checkPage({ limit, offset, after }: AssetQuery): void {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new StowageError('invalid_request', 'limit must be a whole number from 1.')
  if (offset === undefined) return
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new StowageError('invalid_request', 'offset must be a whole number from 0.')
  }
  if (after) throw new StowageError('invalid_request', 'A page begins after a position or at an offset, not both.')
}

/** What has no text is not ranked; where no word is asked for, all are alike, and so newest first. */
async function ranked(
  { terms, ...query }: AssetQuery & { readonly terms: readonly string[] },
  context: FilterContext,
  filters: readonly Filter[],
  probe: Probe,
): Promise<Fragment> {
  const words = rankedWords(terms, query, filters)
  const room = MAX_RANKED_ROWS - (query.offset ?? 0)
  const page: AssetQuery = {
    ...query,
    limit: Math.min(query.limit, Math.max(1, room)),
    sort: { column: 'createdAt', direction: 'desc' },
  }
  const [along] = words.length > 0 ? wordsAccess(context, filters, words) : []
  if (room <= 0 || !context.kind || !(along ? context.states.includes('ready') : isReadyOnly(context))) {
    return mixedPage(context, room <= 0 ? [{ op: 'none' }] : filters, page)
  }
  if (!along) return readyPage(await shortest(context, filters, probe), page)
  const others = narrowAccesses(context, along.rest)
  const narrow = others.length > 0 ? await sparsest(others, SORTED_ROWS, probe) : null
  const score = context.dialect.words.score(context.kindName, words)
  return rankedPage(along, score, narrow && narrow.count < SORTED_ROWS ? narrow.way : null, page)
}

/** In the order of the list by an index, unless another way has few rows. */
async function bestFor({ sort }: AssetQuery, context: FilterContext, filters: readonly Filter[], probe: Probe): Promise<Access> {
  const sorted = sortedAccess(context, filters, sort)
  if (!sorted) return shortest(context, filters, probe)
  const space = spaceOf(filters)
  const others = narrowAccesses(context, filters).filter(
    ({ context: { driving } }) => !(space && driving?.size === 1 && driving.has(space)),
  )
  if (others.length === 0) return sorted
  const { way, count } = await sparsest(others, SORTED_ROWS, probe)
  return count < SORTED_ROWS ? way : sorted
}

async function shortest(context: FilterContext, filters: readonly Filter[], probe: Probe): Promise<Access> {
  const ways = narrowAccesses(context, filters)
  const [only] = ways
  if (context.dialect.choosesTextIndex && filters.some(({ op }) => op === 'search' || op === 'words')) {
    if (!only) return leftToDatabase(context, filters)
    const { way, count } = await sparsest(ways, PROBE_ROWS, probe)
    return count < PROBE_ROWS ? { ...way, context: { ...way.context, few: true } } : leftToDatabase(context, filters)
  }
  if (!only) return tableAccess(context, filters, [])
  return ways.length === 1 ? only : (await sparsest(ways, PROBE_ROWS, probe)).way
}

/** The database weighs the indexes of texts, of columns and of the order against each other. */
const leftToDatabase = (context: FilterContext, filters: readonly Filter[]): Access => ({
  ...tableAccess(context, filters, []),
  context: { ...context, driving: null },
})

/** @param ways at least one */
async function sparsest(
  ways: readonly Access[],
  most: number,
  probe: Probe,
): Promise<{ readonly way: Access; readonly count: number }> {
  const probes = ways.map(({ bare: { from, where, time, newest } }, i) => {
    const newestRows = sql`select ${time} as t from ${from} where ${where} order by ${newest} limit ${most}`
    return sql`select ${raw(String(i))}, count(*), min(t) from (${newestRows}) p${raw(String(i))}`
  })
  const found = (await probe(join(probes, ' union all '))).map(row => row.map(Number))
  const lengths = found.map(([i = 0, count = 0, oldest = 0]) => ({ way: ways[i] as Access, count, oldest }))
  // Of ways that are all long, the one whose newest rows reach back furthest is the sparsest.
  lengths.sort((a, b) => a.count - b.count || a.oldest - b.oldest)
  return lengths[0] as (typeof lengths)[number]
}

function countReady(access: Access, max: number): Fragment {
  if (access.rest.length === 0) return countRows(sql`select 1 from ${access.bare.from} where ${access.bare.where}`, max)
  if (hasOnlyShortTerms(access.context, access.rest)) return countRows(shortTermMatches(access), max)
  const where = [...access.where, ...compileRest(access.context, access.rest)]
  return countRows(sql`select 1 from ${access.from} where ${allOf(where)}`, max)
}

function countMixed(context: FilterContext, filters: readonly Filter[], max: number): Fragment {
  const shared = [kindIs(context.kindName), ...filters.map(filter => compileFilter(context, filter))]
  const parts = [...new Set(context.states)].map(state => sql`select 1 from assets a where ${allOf([...shared, stateIs(state)])}`)
  if (parts.length === 0) return raw('select 0')
  return countRows(join(parts, ' union all '), max)
}

const countRows = (rows: Fragment, max: number): Fragment => sql`select count(*) from (${rows} limit ${max + 1}) c`
