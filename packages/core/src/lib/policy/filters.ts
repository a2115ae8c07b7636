import type { AssetRecord } from '../contracts/asset.ts'
import { StowageError } from '../contracts/errors.ts'
import type { Column, Filter, Scalar } from '../contracts/filter.ts'

export const ALL: Filter = { op: 'all' }
export const NONE: Filter = { op: 'none' }

export const eq = (column: Column, value: Scalar): Filter => ({ op: 'eq', column, value })

export function and(...filters: Filter[]): Filter {
  const kept = filters.filter(filter => filter.op !== 'all')
  if (kept.some(filter => filter.op === 'none')) return NONE
  return kept.length === 0 ? ALL : kept.length === 1 ? (kept[0] ?? ALL) : { op: 'and', filters: kept }
}

export function or(...filters: Filter[]): Filter {
  const kept = filters.filter(filter => filter.op !== 'none')
  if (kept.some(filter => filter.op === 'all')) return ALL
  return kept.length === 0 ? NONE : kept.length === 1 ? (kept[0] ?? NONE) : { op: 'or', filters: kept }
}

export function complement(filter: Filter): Filter {
  if (filter.op === 'all') return NONE
  if (filter.op === 'none') return ALL
  return filter.op === 'not' ? filter.filter : { op: 'not', filter }
}

/** Whether one record is in what `filter` selects: the same answer as a list gives. */
export function matches(filter: Filter, record: AssetRecord): boolean {
  switch (filter.op) {
    case 'all':
      return true
    case 'none':
      return false
    case 'and':
      return filter.filters.every(part => matches(part, record))
    case 'or':
      return filter.filters.some(part => matches(part, record))
    case 'not':
      return !matches(filter.filter, record)
    case 'tags':
      return matchesTags(filter, record.tags)
    case 'search':
    case 'words':
      throw new StowageError('internal', 'A policy filter can not hold a search.')
    default:
      return matchesColumn(filter, columnValue(record, filter.column))
  }
}

type ColumnFilter = Extract<Filter, { column: Column }>

function matchesColumn(filter: ColumnFilter, value: Scalar | null): boolean {
  if (filter.op === 'isNull') return value === null
  if (value === null) return false
  if (filter.op === 'in') return filter.values.includes(value)
  if (filter.op === 'eq') return value === filter.value
  const order = compare(value, filter.value)
  if (order === null) return false
  return filter.op === 'lt' ? order < 0 : filter.op === 'lte' ? order <= 0 : filter.op === 'gt' ? order > 0 : order >= 0
}

function compare(a: Scalar, b: Scalar): number | null {
  if (typeof a !== typeof b) return null
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(String(b)))
  return Number(a) - Number(b)
}

function columnValue(record: AssetRecord, column: Column): Scalar | null {
  const value =
    typeof column === 'string' ? record[column] : Object.hasOwn(record.fields, column.field) ? record.fields[column.field] : null
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

function matchesTags(filter: Extract<Filter, { op: 'tags' }>, tags: readonly string[]): boolean {
  const has = (tag: string) => tags.includes(tag)
  if (filter.match === 'any') return filter.tags.some(has)
  return filter.match === 'all' ? filter.tags.every(has) : !filter.tags.some(has)
}
