import type { Kind } from '@stowage/core'
import type { BuiltInColumn, Column } from '@stowage/core/contracts'
import { fieldType } from '../profile/declared-field.ts'
import { columnFilter, type ListFilter, readBoolean, readNumber, tagsFilter } from '../profile/list-filter.ts'
import { cursorPaging, type Paging } from '../profile/paging.ts'
import type { ListOptions, SortOptions } from '../profile/profile.ts'

/** How one profile's lists are asked for, worked out once. */
export interface ListPlan {
  readonly filters: ReadonlyMap<string, ListFilter>
  readonly sort: Required<Pick<SortOptions, 'columns' | 'default' | 'param'>> & { readonly orderParam: string | null }
  readonly paging: Paging
  readonly searchParam: string | null
  readonly total: 'none' | 'bounded' | 'exact'
  /** Every parameter that means something. */
  readonly params: ReadonlySet<string>
}

const NUMERIC: ReadonlySet<string> = new Set(['sizeBytes', 'width', 'height'])
const houseSort: SortOptions = {
  columns: { createdAt: 'createdAt', updatedAt: 'updatedAt', title: 'title', filename: 'filename', sizeBytes: 'sizeBytes' },
  default: '-createdAt',
}

/** @throws TypeError for options that contradict each other or the kind */
export function planList(kind: Kind, options: ListOptions, credentialParams: readonly string[]): ListPlan {
  const { columns, default: first, param = 'sort', orderParam = null } = options.sort ?? houseSort
  if (!Object.hasOwn(columns, first.replace(/^-/, '')))
    throw new TypeError(`list.sort: the default ${first} is none of its columns.`)
  const filters = planFilters(kind, options.filter)
  const paging = options.paging ?? cursorPaging()
  const searchParam = options.search === false ? null : (options.search ?? 'search')
  const own = [
    param,
    ...(orderParam === null ? [] : [orderParam]),
    ...(searchParam === null ? [] : [searchParam]),
    ...paging.params,
  ]
  const clash = own.find((name, index) => filters.has(name) || own.indexOf(name) !== index)
  if (clash !== undefined) throw new TypeError(`list: the query parameter ${clash} would mean two things; rename one.`)
  return {
    filters,
    sort: { columns, default: first, param, orderParam },
    paging,
    searchParam,
    total: options.total ?? 'none',
    params: new Set([...own, ...filters.keys(), ...credentialParams]),
  }
}

function planFilters(kind: Kind, given: ListOptions['filter']): ReadonlyMap<string, ListFilter> {
  if (given !== undefined && !isNames(given)) return new Map(Object.entries(given))
  const names = given ?? ['type', 'visibility', 'tags', ...Object.keys(kind.shape)]
  return new Map(names.map(name => [name, filterOf(kind, name)]))
}

function isNames(given: NonNullable<ListOptions['filter']>): given is readonly string[] {
  return Array.isArray(given)
}

function filterOf(kind: Kind, name: string): ListFilter {
  if (name === 'tags') return tagsFilter('any')
  const declared = fieldType(kind, name)
  const column: Column = declared === null ? (name as BuiltInColumn) : { field: name }
  if (declared === 'number' || (declared === null && NUMERIC.has(name))) return columnFilter(column, readNumber(name))
  if (declared === 'boolean') return columnFilter(column, readBoolean(name))
  return columnFilter(column)
}
