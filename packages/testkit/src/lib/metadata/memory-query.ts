import {
  type AssetQuery,
  type AssetRecord,
  type Column,
  type Filter,
  type KindSchema,
  type Position,
  type Scalar,
  type SearchedColumn,
  StowageError,
} from '@stowage/core/contracts'
import { compareUtf8 } from '../storage/utf8-order.ts'
import { checkString } from './check-record.ts'
import type { MemoryText } from './memory-tables.ts'
import { wordMatcher } from './memory-words.ts'

const COLUMNS: ReadonlySet<string> = new Set([
  ...['id', 'space', 'createdBy', 'type', 'state', 'processing', 'visibility', 'title', 'slug', 'filename', 'contentType'],
  ...['sizeBytes', 'sha256', 'width', 'height', 'createdAt', 'updatedAt'],
])
// Compared, the marks of kana are letters; all other marks are accents.
const ACCENTS = /(?![\u3099\u309a])\p{Script=Inherited}|[\u0591-\u05c7\u0610-\u061a\u064b-\u065f]/gu

type Value = Scalar | null
type Read = (asset: AssetRecord) => Value

/** Reads a column. @throws StowageError `invalid_request` for one that lists may not name */
export function reader(column: Column, kind: KindSchema | undefined): Read {
  if (typeof column === 'string') {
    if (!COLUMNS.has(column)) throw unknown(column)
    return asset => asset[column]
  }
  const declared = kind?.fields.find(({ name }) => name === column.field)
  if (!declared) throw unknown(column.field)
  return asset => {
    const value = Object.hasOwn(asset.fields, declared.name) ? asset.fields[declared.name] : null
    return typeof value === declared.type ? (value as Scalar) : null
  }
}

const unknown = (name: string): StowageError =>
  new StowageError('invalid_request', `Lists can't filter or sort by ${JSON.stringify(name)}.`, { details: { column: name } })

/** What a filter is asked of: the kind, and the texts of its assets by their ids. */
export interface Matched {
  readonly kind: KindSchema | undefined
  readonly texts: ReadonlyMap<string, MemoryText>
}

/** Whether an asset is in the list. */
export function matcher(filter: Filter, over: Matched): (asset: AssetRecord) => boolean {
  switch (filter.op) {
    case 'all':
      return () => true
    case 'none':
      return () => false
    case 'and': {
      const parts = filter.filters.map(part => matcher(part, over))
      return asset => parts.every(holds => holds(asset))
    }
    case 'or': {
      const parts = filter.filters.map(part => matcher(part, over))
      return asset => parts.some(holds => holds(asset))
    }
    case 'not': {
      const holds = matcher(filter.filter, over)
      return asset => !holds(asset)
    }
    case 'tags':
      return tagMatcher(filter)
    case 'search':
      return searchMatcher(filter.terms, over.kind?.searched)
    case 'words': {
      const holds = wordMatcher(filter.terms)
      return asset => holds(over.texts.get(asset.id))
    }
    default:
      return comparison(filter, over.kind)
  }
}

function comparison(filter: Extract<Filter, { column: unknown }>, kind: KindSchema | undefined): (asset: AssetRecord) => boolean {
  const read = reader(filter.column, kind)
  if (filter.op === 'isNull') return asset => read(asset) === null
  const operands = filter.op === 'in' ? filter.values : [filter.value]
  for (const operand of operands) if (typeof operand === 'string') checkString(operand)
  return asset => {
    const value = read(asset)
    return (
      value !== null && operands.some(operand => typeof operand === typeof value && holds(filter.op, compare(value, operand)))
    )
  }
}

function holds(op: 'eq' | 'in' | 'lt' | 'lte' | 'gt' | 'gte', order: number): boolean {
  if (op === 'lt') return order < 0
  if (op === 'lte') return order <= 0
  if (op === 'gt') return order > 0
  return op === 'gte' ? order >= 0 : order === 0
}

function compare(a: Scalar, b: Scalar): number {
  return typeof a === 'string' && typeof b === 'string' ? compareUtf8(a, b) : Number(a) - Number(b)
}

function tagMatcher({ match, tags }: Extract<Filter, { op: 'tags' }>): (asset: AssetRecord) => boolean {
  for (const tag of tags) checkString(tag)
  if (match === 'all') return asset => tags.every(tag => asset.tags.includes(tag))
  return asset => tags.some(tag => asset.tags.includes(tag)) === (match === 'any')
}

function searchMatcher(
  terms: readonly string[],
  searched: readonly SearchedColumn[] = ['title', 'description', 'filename', 'tags'],
): (asset: AssetRecord) => boolean {
  const folded = terms.map(term => fold(checkString(term)))
  return asset => {
    const texts = searched.flatMap(column => asset[column]).map(text => fold(text ?? ''))
    return folded.every(term => texts.some(text => text.includes(term)))
  }
}

/** The form in which text is searched. */
export function fold(text: string): string {
  const cased = text.normalize('NFKD').replace(ACCENTS, '').toLowerCase().toUpperCase().toLowerCase().normalize('NFKD')
  return cased.replace(ACCENTS, '').replaceAll('ς', 'σ').normalize('NFKC')
}

const NUMBERS: ReadonlySet<Column> = new Set(['sizeBytes', 'width', 'height', 'createdAt', 'updatedAt'])

/** @throws StowageError `invalid_cursor` for a position that no row of this sort can have */
export function checkPosition({ sort, after }: AssetQuery, kind: KindSchema | undefined): void {
  const { column } = sort
  const field = typeof column === 'string' ? null : kind?.fields.find(({ name }) => name === column.field)
  const type = field?.type ?? (NUMBERS.has(column) ? 'number' : 'string')
  if (after === undefined || after.value === null || typeof after.value === type) return
  throw new StowageError('invalid_cursor', 'The position is not one of this sort order.')
}

/** Sorts as a list is sorted: nulls last whatever the direction, then by id. */
export function ordering(query: Pick<AssetQuery, 'sort'>, kind: KindSchema | undefined): (a: Position, b: Position) => number {
  reader(query.sort.column, kind)
  const sign = query.sort.direction === 'asc' ? 1 : -1
  return (a, b) => {
    if (a.value === null || b.value === null) {
      return Number(a.value === null) - Number(b.value === null) || sign * compareUtf8(a.id, b.id)
    }
    return sign * (compare(a.value, b.value) || compareUtf8(a.id, b.id))
  }
}
