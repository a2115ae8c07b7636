import type { AssetQuery, KindSchema } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { type Access, conjuncts, kindIs, narrowAccesses, tableAccess } from './access.ts'
import type { SqlDialect } from './dialect.ts'
import type { Row } from './driver.ts'
import { checkFilter, compileFilter, compileRest, type FilterContext } from './filter.ts'
import { allOf, type Fragment, join, raw, sql } from './fragment.ts'
import { mixedPage, readyPage, stateIs } from './page.ts'
import { hasOnlyShortTerms, shortTermMatches } from './short-terms.ts'
import { checkText } from './text.ts'

/** Rows up to which ways are compared by their length. */
const PROBE_ROWS = 1000

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
      if (!isReadyOnly(context) || !context.kind) return mixedPage(context, filters, query)
      return readyPage(await shortest(context, filters, probe), query)
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

async function shortest(context: FilterContext, filters: readonly Counted['filter'][], probe: Probe): Promise<Access> {
  const ways = narrowAccesses(context, filters)
  const [only] = ways
  if (!only) return tableAccess(context, filters, [])
  if (ways.length === 1) return only
  const probes = ways.map(({ bare: { from, where, time, newest } }, i) => {
    const newestRows = sql`select ${time} as t from ${from} where ${where} order by ${newest} limit ${PROBE_ROWS}`
    return sql`select ${raw(String(i))}, count(*), min(t) from (${newestRows}) p${raw(String(i))}`
  })
  const found = (await probe(join(probes, ' union all '))).map(row => row.map(Number))
  const lengths = found.map(([i = 0, count = 0, oldest = 0]) => ({ way: ways[i] ?? only, count, oldest }))
  // Of ways that are all long, the one whose newest rows reach back furthest is the sparsest.
  lengths.sort((a, b) => a.count - b.count || a.oldest - b.oldest)
  return lengths[0]?.way ?? only
}

function countReady(access: Access, max: number): Fragment {
  if (access.rest.length === 0) return countRows(sql`select 1 from ${access.bare.from} where ${access.bare.where}`, max)
  if (hasOnlyShortTerms(access.context, access.rest)) return countRows(shortTermMatches(access), max)
  const where = [...access.where, ...compileRest(access.context, access.rest)]
  return countRows(sql`select 1 from ${access.from} where ${allOf(where)}`, max)
}

function countMixed(context: FilterContext, filters: readonly Counted['filter'][], max: number): Fragment {
  const shared = [kindIs(context.kindName), ...filters.map(filter => compileFilter(context, filter))]
  const parts = [...new Set(context.states)].map(state => sql`select 1 from assets a where ${allOf([...shared, stateIs(state)])}`)
  if (parts.length === 0) return raw('select 0')
  return countRows(join(parts, ' union all '), max)
}

const countRows = (rows: Fragment, max: number): Fragment => sql`select count(*) from (${rows} limit ${max + 1}) c`
