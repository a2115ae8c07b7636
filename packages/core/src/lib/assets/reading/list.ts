import type { AssetRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { BuiltInColumn, Column, Filter, Sort } from '../../contracts/filter.ts'
import type { AssetQuery } from '../../contracts/metadata.ts'
import type { Kind } from '../../kinds/kind.ts'
import { and, eq, or } from '../../policy/filters.ts'
import type { AssetPage, ListInput } from '../interface/reading.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { openOffset, openPosition, sealOffset, sealPosition } from './list-cursor.ts'

const MAX_LIMIT = 1000
const DEFAULT_LIMIT = 50
/** How far a list by rank goes. */
const MAX_RANKED = 10_000
const MAX_SEARCH_CHARS = 500
const MAX_SEARCH_TERMS = 10
/** Values that one condition may name. */
const MAX_VALUES = 1000
const DEFAULT_SORT: Sort = { column: 'createdAt', direction: 'desc' }

const FILTERABLE: ReadonlySet<BuiltInColumn> = new Set([
  'id',
  'space',
  'createdBy',
  'type',
  'processing',
  'visibility',
  'title',
  'slug',
  'filename',
  'contentType',
  'sizeBytes',
  'sha256',
  'width',
  'height',
  'createdAt',
  'updatedAt',
])

export interface RecordPage extends Omit<AssetPage, 'items'> {
  readonly items: readonly AssetRecord[]
}

/** One page of what `visible` lets the actor see, with a sealed cursor to the next. */
export async function listAssets(deps: ServiceDeps, scope: ServiceScope, visible: Filter, input: ListInput): Promise<RecordPage> {
  const { limit = DEFAULT_LIMIT, total = 'none', signal } = input
  const { filter, words } = checkedFilters(scope, visible, input)
  const query = { kind: scope.kind.name, filter, ...(signal ? { signal } : {}) }
  const plan = input.ranked === true ? rankedPlan(deps, scope, input, { filter, words }) : sortedPlan(deps, scope, input, filter)
  const [rows, count] = await Promise.all([
    plan.page.limit > 0 ? deps.metadata.list({ ...query, ...plan.page }) : [],
    total === 'none' ? null : deps.metadata.count(query, total === 'exact' ? Number.MAX_SAFE_INTEGER : undefined),
  ])
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, cursor: rows.length > limit && last ? plan.cursorAfter(last) : null, total: count }
}

interface PagePlan {
  /** One row more than is shown, to know whether there are more. */
  readonly page: Pick<AssetQuery, 'sort' | 'ranked' | 'limit' | 'offset' | 'after'>
  readonly cursorAfter: (last: AssetRecord) => string
}

function sortedPlan(deps: ServiceDeps, scope: ServiceScope, input: ListInput, filter: Filter): PagePlan {
  const { limit = DEFAULT_LIMIT, sort = DEFAULT_SORT, offset, cursor } = input
  const question = { scope, filter, sort }
  const after = cursor === undefined ? undefined : openPosition(deps, question, cursor)
  return {
    page: { sort, limit: limit + 1, ...(after && { after }), ...(offset !== undefined && { offset }) },
    cursorAfter: last => sealPosition(deps, question, last),
  }
}

/** By rank there is no column to go on from: a cursor says how many rows came before. */
function rankedPlan(
  deps: ServiceDeps,
  scope: ServiceScope,
  { limit = DEFAULT_LIMIT, offset = 0, cursor }: ListInput,
  { filter, words }: { readonly filter: Filter; readonly words: readonly string[] },
): PagePlan {
  if (words.length === 0) throw badList('ranked needs words to rank by')
  const question = { scope, filter, sort: null }
  const skipped = cursor === undefined ? offset : openOffset(deps, question, cursor)
  return {
    page: { sort: DEFAULT_SORT, ranked: words, limit: Math.min(limit + 1, MAX_RANKED - skipped), offset: skipped },
    cursorAfter: () => sealOffset(deps, question, skipped + limit),
  }
}

/** @throws StowageError `invalid_request` for what can't be asked */
function checkedFilters(scope: ServiceScope, visible: Filter, input: ListInput): { filter: Filter; words: readonly string[] } {
  const { limit = DEFAULT_LIMIT, sort = DEFAULT_SORT } = input
  checkNumbers(limit, input.offset, input.cursor)
  checkColumn(scope.kind, sort.column)
  const words = termsOf('words', input.words)
  const filter = and(
    scope.space ? eq('space', scope.space.id) : { op: 'all' },
    visible,
    ...(input.filter ? [checkedFilter(scope.kind, input.filter)] : []),
    textFilter('search', termsOf('search', input.search)),
    textFilter('words', words),
  )
  return { filter, words }
}

/** The filter over several spaces, each with its own rules. */
export function acrossSpaces(parts: readonly { readonly space: string; readonly visible: Filter }[]): Filter {
  return or(...parts.map(part => and(eq('space', part.space), part.visible)))
}

function checkNumbers(limit: number, offset: number | undefined, cursor: string | undefined): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw badList(`limit must be a whole number from 1 to ${MAX_LIMIT}`)
  if (offset !== undefined && (!Number.isSafeInteger(offset) || offset < 0)) throw badList('offset must be a whole number from 0')
  if (offset !== undefined && cursor !== undefined) throw badList('send either a cursor or an offset, not both')
}

function termsOf(name: 'search' | 'words', text = ''): readonly string[] {
  const terms = text.split(/\s+/u).filter(term => term !== '')
  if (terms.length > 0 && text.length > MAX_SEARCH_CHARS)
    throw badList(`${name} must have at most ${MAX_SEARCH_CHARS} characters`)
  if (terms.length > MAX_SEARCH_TERMS) throw badList(`${name} must have at most ${MAX_SEARCH_TERMS} words`)
  return terms
}

function textFilter(op: 'search' | 'words', terms: readonly string[]): Filter {
  return terms.length === 0 ? { op: 'all' } : { op, terms }
}

function checkedFilter(kind: Kind, filter: Filter): Filter {
  if (filter.op === 'and' || filter.op === 'or') for (const part of filter.filters) checkedFilter(kind, part)
  else if (filter.op === 'not') checkedFilter(kind, filter.filter)
  else if ('column' in filter) checkColumn(kind, filter.column)
  if (filter.op === 'in') checkCount(filter.values)
  if (filter.op === 'tags') checkCount(filter.tags)
  return filter
}

function checkCount(values: readonly unknown[]): void {
  if (values.length > MAX_VALUES) throw badList(`a filter may name at most ${MAX_VALUES} values, not ${values.length}`)
}

function checkColumn(kind: Kind, column: Column): void {
  const known = typeof column === 'string' ? FILTERABLE.has(column) : Object.hasOwn(kind.shape, column.field)
  if (!known)
    throw badList(`there is no column ${JSON.stringify(typeof column === 'string' ? column : column.field)} to filter or sort by`)
}

function badList(why: string): StowageError {
  return new StowageError('invalid_request', `The list was asked wrongly: ${why}.`)
}
