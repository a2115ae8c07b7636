import { createHash } from 'node:crypto'
import type { AssetRecord } from '../contracts/asset.ts'
import { StowageError } from '../contracts/errors.ts'
import type { BuiltInColumn, Column, Filter, Scalar, Sort } from '../contracts/filter.ts'
import type { AssetQuery, Position } from '../contracts/metadata.ts'
import type { Kind } from '../kinds/kind.ts'
import { and, eq, or } from '../policy/filters.ts'
import type { AssetPage, ListInput } from './assets.ts'
import type { ServiceDeps, ServiceScope } from './service.ts'

const MAX_LIMIT = 1000
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
  const { limit = 50, sort = DEFAULT_SORT, offset, total = 'none', signal } = input
  checkNumbers(limit, offset, input.cursor)
  const wanted = and(...(input.filter ? [checkedFilter(scope.kind, input.filter)] : []), searchFilter(input.search))
  checkColumn(scope.kind, sort.column)
  const filter = and(scope.space ? eq('space', scope.space.id) : { op: 'all' }, visible, wanted)
  const context = cursorContext(scope, filter, sort)
  const after = input.cursor === undefined ? undefined : openCursor(deps, input.cursor, context)
  const query = { kind: scope.kind.name, filter, ...(signal ? { signal } : {}) }
  const page: AssetQuery = {
    ...query,
    sort,
    limit: limit + 1,
    ...(after ? { after } : {}),
    ...(offset === undefined ? {} : { offset }),
  }
  const [rows, count] = await Promise.all([
    deps.metadata.list(page),
    total === 'none' ? null : deps.metadata.count(query, total === 'exact' ? Number.MAX_SAFE_INTEGER : undefined),
  ])
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const cursor = rows.length > limit && last ? sealCursor(deps, positionOf(last, sort), context) : null
  return { items, cursor, total: count }
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

function searchFilter(search: string | undefined): Filter {
  const terms = (search ?? '').split(/\s+/u).filter(term => term !== '')
  if (terms.length === 0) return { op: 'all' }
  if ((search ?? '').length > MAX_SEARCH_CHARS) throw badList(`search must have at most ${MAX_SEARCH_CHARS} characters`)
  if (terms.length > MAX_SEARCH_TERMS) throw badList(`search must have at most ${MAX_SEARCH_TERMS} words`)
  return { op: 'search', terms }
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

/** Who asked for what: a cursor opens only for the same question. */
function cursorContext(scope: ServiceScope, filter: Filter, sort: Sort): string {
  const question = [scope.kind.name, scope.actor?.id ?? null, scope.space?.id ?? null, filter, sort]
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 22)
}

function positionOf(record: AssetRecord, { column }: Sort): Position {
  const value = typeof column === 'string' ? record[column] : (record.fields[column.field] ?? null)
  return { value: value as Scalar | null, id: record.id }
}

function sealCursor(deps: ServiceDeps, position: Position, context: string): string {
  return deps.signers('cursor').seal([position.value, position.id, context])
}

function openCursor(deps: ServiceDeps, cursor: string, context: string): Position {
  const content = deps.signers('cursor').open(cursor)
  if (!Array.isArray(content) || content[2] !== context) {
    throw new StowageError(
      'invalid_cursor',
      'The cursor is not from this list: start again without it, or keep the same filters.',
    )
  }
  return { value: content[0] as Scalar | null, id: content[1] as string }
}
