import { fieldSchema, type Kind } from '@stowage/core'
import type { Column } from '@stowage/core/contracts'
import { publicFields } from '../profile/declared-field.ts'
import type { ListFilter } from '../profile/list-filter.ts'
import type { ListOptions, SortOptions } from '../profile/list-options.ts'
import { cursorPaging, type Paging } from '../profile/paging.ts'
import { houseFilterNames, namedFilter } from './house-filters.ts'

/** How one profile's lists are asked for, worked out once. */
export interface ListPlan {
  readonly filters: ReadonlyMap<string, ListFilter>
  readonly sort: Required<Pick<SortOptions, 'columns' | 'default' | 'param'>> & { readonly orderParam: string | null }
  readonly paging: Paging
  readonly searchParam: string | null
  readonly wordsParam: string | null
  /** Takes `true` or `false`. */
  readonly rankedParam: string | null
  readonly total: 'none' | 'bounded' | 'exact'
  /** Every parameter that means something. */
  readonly params: ReadonlySet<string>
}

/** @throws TypeError for options that contradict each other or the kind */
export function planList(kind: Kind, options: ListOptions, credentialParams: readonly string[]): ListPlan {
  const { columns, default: given, param = 'sort', orderParam = null } = options.sort ?? houseSort(kind)
  const first = given ?? newestFirst(columns)
  if (!Object.hasOwn(columns, first.replace(/^-/, '')))
    throw new TypeError(`list.sort: the default ${first} is none of its columns.`)
  for (const [name, column] of Object.entries(columns)) checkSort(kind, name, column)
  const filters = planFilters(kind, options.filter)
  const paging = options.paging ?? cursorPaging()
  const searchParam = paramOf(options.search, 'search')
  const wordsParam = paramOf(options.words, searchParam === null ? false : 'words')
  const rankedParam = wordsParam === null ? null : paramOf(options.ranked, 'ranked')
  const own = [param, orderParam, searchParam, wordsParam, rankedParam, ...paging.params].filter(name => name !== null)
  const clash = own.find((name, index) => filters.has(name) || own.indexOf(name) !== index)
  if (clash !== undefined)
    throw new TypeError(`list: the query parameter ${clash} would mean two things; give one of them another name.`)
  return {
    filters,
    sort: { columns, default: first, param, orderParam },
    paging,
    searchParam,
    wordsParam,
    rankedParam,
    total: options.total ?? 'none',
    params: new Set([...own, ...filters.keys(), ...credentialParams]),
  }
}

function paramOf(given: string | false | undefined, house: string | false): string | null {
  const name = given ?? house
  return name === false ? null : name
}

function houseSort(kind: Kind): SortOptions {
  const shown = publicFields(kind)
  const sorts = (kind.sorts ?? []).flatMap((name, at): [string, Column][] => {
    const column = fieldSchema(kind).sorts?.[at]
    return column === undefined || (typeof column !== 'string' && !shown.includes(name)) ? [] : [[name, column]]
  })
  return { columns: { createdAt: 'createdAt', ...Object.fromEntries(sorts) }, default: '-createdAt' }
}

function newestFirst(columns: SortOptions['columns']): string {
  const name = Object.keys(columns).find(name => columns[name] === 'createdAt')
  if (name !== undefined) return `-${name}`
  throw new TypeError('list.sort: give a default, since none of its columns is createdAt.')
}

function checkSort(kind: Kind, name: string, column: Column): void {
  checkPublic(kind, `list.sort: ${name}`, column)
  const { sorts = [] } = fieldSchema(kind)
  if (column === 'createdAt' || sorts.some(sort => nameOf(sort) === nameOf(column) && typeof sort === typeof column)) return
  throw new TypeError(
    `list.sort: ${name} sorts by ${nameOf(column)}, which kind ${kind.name} has no index for: add it to the kind's \`sorts\`, as in sorts: ['${nameOf(column)}'].`,
  )
}

function planFilters(kind: Kind, given: ListOptions['filter']): ReadonlyMap<string, ListFilter> {
  const named = (names: readonly string[]) => names.map((name): [string, ListFilter] => [name, namedFilter(kind, name)])
  const filters = given !== undefined && !isNames(given) ? Object.entries(given) : named(given ?? houseFilterNames(kind))
  return new Map(
    filters.map(([name, filter]) => {
      if (filter.column !== undefined) checkFilter(kind, name, filter.column)
      return [name, filter.forKind?.(kind) ?? filter]
    }),
  )
}

function checkFilter(kind: Kind, name: string, column: Column): void {
  checkPublic(kind, `list.filter: ${name}`, column)
  if (typeof column === 'string' || fieldSchema(kind).fields.some(field => field.name === column.field)) return
  throw new TypeError(
    `list.filter: ${name} compares ${column.field}, which is no field of kind ${kind.name} that holds one string, number or boolean.`,
  )
}

/** What is private must not be told by what a list finds, or by its order. */
function checkPublic(kind: Kind, what: string, column: Column): void {
  const hidden: readonly string[] = kind.privateFields ?? []
  if (typeof column !== 'string' && hidden.includes(column.field))
    throw new TypeError(`${what} names ${column.field}, which kind ${kind.name} keeps private.`)
}

function nameOf(column: Column): string {
  return typeof column === 'string' ? column : column.field
}

function isNames(given: NonNullable<ListOptions['filter']>): given is readonly string[] {
  return Array.isArray(given)
}
