import type { ListInput } from '@stowage/core'
import type { Filter, Sort } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import type { PagePosition } from '../profile/paging.ts'
import { readBoolean } from '../profile/read-value.ts'
import type { ListPlan } from './list-plan.ts'

const MAX_VALUES = 100

export interface ListQuery {
  readonly input: ListInput
  readonly position: PagePosition
}

/** @throws StowageError `invalid_request` for an unknown parameter, or a value that does not fit one */
export function readListQuery(plan: ListPlan, query: URLSearchParams): ListQuery {
  for (const name of new Set(query.keys())) {
    if (!plan.params.has(name)) throw refuse(name, `There is no parameter ${JSON.stringify(name.slice(0, 100))} on this list.`)
  }
  const one = (name: string): string | null => single(query, name)
  const position = plan.paging.read(one)
  const search = plan.searchParam === null ? null : one(plan.searchParam)
  const words = plan.wordsParam === null ? null : one(plan.wordsParam)
  const ranked = readRanked(plan, one)
  const filter = readFilter(plan, query)
  const { limit, cursor, offset } = position
  return {
    position,
    input: {
      limit,
      sort: readSort(plan, one),
      total: plan.total,
      ...(cursor !== undefined && { cursor }),
      ...(offset !== undefined && { offset }),
      ...(filter !== null && { filter }),
      ...(search !== null && { search }),
      ...(words !== null && { words }),
      ...(ranked && { ranked }),
    },
  }
}

function single(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name)
  if (values.length > 1) throw refuse(name, `"${name}" may be given once.`)
  return values[0] ?? null
}

function readFilter(plan: ListPlan, query: URLSearchParams): Filter | null {
  const filters: Filter[] = []
  for (const [name, filter] of plan.filters) {
    const values = query.getAll(name)
    if (filter.once === true) single(query, name)
    if (values.length > MAX_VALUES) throw refuse(name, `"${name}" may be given at most ${MAX_VALUES} times.`)
    if (values.some(value => !value.isWellFormed() || value.includes('\0'))) throw refuse(name, `"${name}" is not valid text.`)
    if (values.length > 0) filters.push(filter(values, name))
  }
  const [first] = filters
  if (first === undefined) return null
  return filters.length === 1 ? first : { op: 'and', filters }
}

/** By rank or by a column: a request can't have both. */
function readRanked({ rankedParam, wordsParam, sort }: ListPlan, one: (name: string) => string | null): boolean {
  const given = rankedParam === null ? null : one(rankedParam)
  if (rankedParam === null || given === null || readBoolean(given, rankedParam) === false) return false
  if (wordsParam !== null && (one(wordsParam) ?? '').trim() === '')
    throw refuse(rankedParam, `"${rankedParam}" ranks by "${wordsParam}": send both.`)
  const other = [sort.param, sort.orderParam].find(name => name !== null && one(name) !== null)
  if (other) throw refuse(other, `"${other}" and "${rankedParam}" ask for two orders; send one.`)
  return true
}

function readSort({ sort }: ListPlan, one: (name: string) => string | null): Sort {
  const given = one(sort.param) ?? (sort.orderParam === null ? sort.default : sort.default.replace(/^-/, ''))
  const name = sort.orderParam === null ? given.replace(/^-/, '') : given
  const column = Object.hasOwn(sort.columns, name) ? sort.columns[name] : undefined
  if (column === undefined) throw refuse(sort.param, `"${sort.param}" must be one of ${Object.keys(sort.columns).join(', ')}.`)
  if (sort.orderParam === null) return { column, direction: given.startsWith('-') ? 'desc' : 'asc' }
  const order = one(sort.orderParam) ?? (sort.default.startsWith('-') ? 'desc' : 'asc')
  if (order !== 'asc' && order !== 'desc') throw refuse(sort.orderParam, `"${sort.orderParam}" must be asc or desc.`)
  return { column, direction: order }
}

function refuse(field: string, message: string): StowageError {
  return new StowageError('invalid_request', message, { details: { field } })
}
