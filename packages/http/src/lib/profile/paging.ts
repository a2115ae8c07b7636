import { StowageError } from '@stowage/core/contracts'
import { z } from 'zod'

/** Where in a list a request wants to be. */
export interface PagePosition {
  readonly limit: number
  readonly cursor?: string
  readonly offset?: number
  /** Collects every page into one answer, up to this many items. */
  readonly gather?: number
}

/** One way to cut a list into pages. */
export interface Paging {
  /** Query parameters it owns. */
  readonly params: readonly string[]
  /** What each of them holds, where that is not any text: for descriptions of the API. */
  readonly schemas?: Readonly<Record<string, z.ZodType>>
  /** @throws StowageError `invalid_request` for a value out of bounds */
  read(query: (name: string) => string | null): PagePosition
  /** Query parameters of the pages around this one, for `Link`. */
  links(
    position: PagePosition,
    page: { readonly cursor: string | null; readonly items: number },
  ): Readonly<Partial<Record<'next' | 'prev', Readonly<Record<string, string>>>>>
}

export interface PagingLimits {
  /** Page size when the request names none. */
  readonly default?: number
  /** Largest page size; more is refused. At most 1000. */
  readonly max?: number
}

/** Pages by an opaque, signed cursor: `?limit=&cursor=`. Default 50 items, at most 200. */
export function cursorPaging(
  options: PagingLimits & { readonly limitParam?: string; readonly cursorParam?: string } = {},
): Paging {
  const { limitParam = 'limit', cursorParam = 'cursor', ...limits } = options
  const bounds = checkedLimits(limits, { default: 50, max: 200 })
  return {
    params: [limitParam, cursorParam],
    schemas: { [limitParam]: integerSchema(bounds) },
    read: query => {
      const limit = integer(limitParam, query(limitParam), bounds)
      const cursor = query(cursorParam)
      return cursor === null ? { limit } : { limit, cursor }
    },
    links: (_position, { cursor }) => (cursor === null ? {} : { next: { [cursorParam]: cursor } }),
  }
}

/** Pages by number, from 1: `?page=&per_page=`. Default 20 items, at most 100. */
export function pagePaging(options: PagingLimits & { readonly pageParam?: string; readonly sizeParam?: string } = {}): Paging {
  const { pageParam = 'page', sizeParam = 'per_page', ...limits } = options
  const bounds = checkedLimits(limits, { default: 20, max: 100 })
  return {
    params: [pageParam, sizeParam],
    schemas: { [pageParam]: integerSchema(PAGE), [sizeParam]: integerSchema(bounds) },
    read: query => {
      const limit = integer(sizeParam, query(sizeParam), bounds)
      const page = integer(pageParam, query(pageParam), PAGE)
      return { limit, offset: (page - 1) * limit }
    },
    links: ({ limit, offset = 0 }, { cursor }) => {
      const page = offset / limit + 1
      return {
        ...(page > 1 && { prev: { [pageParam]: String(page - 1) } }),
        ...(cursor !== null && { next: { [pageParam]: String(page + 1) } }),
      }
    },
  }
}

/** Pages by rows to skip: `?limit=&offset=`. Default 20 items, at most 100. */
export function offsetPaging(
  options: PagingLimits & { readonly limitParam?: string; readonly offsetParam?: string } = {},
): Paging {
  const { limitParam = 'limit', offsetParam = 'offset', ...limits } = options
  const bounds = checkedLimits(limits, { default: 20, max: 100 })
  return {
    params: [limitParam, offsetParam],
    schemas: { [limitParam]: integerSchema(bounds), [offsetParam]: integerSchema(OFFSET) },
    read: query => ({
      limit: integer(limitParam, query(limitParam), bounds),
      offset: integer(offsetParam, query(offsetParam), OFFSET),
    }),
    links: ({ limit, offset = 0 }, { cursor }) => ({
      ...(offset > 0 && { prev: { [offsetParam]: String(Math.max(0, offset - limit)) } }),
      ...(cursor !== null && { next: { [offsetParam]: String(offset + limit) } }),
    }),
  }
}

/** The whole list in one answer, for kinds whose spaces stay small. Past `max` items (default 10,000) the answer has a cursor left over. */
export function noPaging(options: { readonly max?: number } = {}): Paging {
  const gather = options.max ?? 10_000
  return { params: [], read: () => ({ limit: Math.min(gather, 1000), gather }), links: () => ({}) }
}

interface Bounds {
  readonly default: number
  /** Default 1. */
  readonly min?: number
  readonly max: number
}
const MAX_OFFSET = 1_000_000_000
const PAGE: Bounds = { default: 1, max: MAX_OFFSET }
const OFFSET: Bounds = { default: 0, min: 0, max: MAX_OFFSET }

function integerSchema({ min = 1, max, default: first }: Bounds): z.ZodType {
  return z.int().min(min).max(max).default(first)
}

function checkedLimits(given: PagingLimits, fallback: Required<PagingLimits>): Required<PagingLimits> {
  const max = given.max ?? Math.max(fallback.max, given.default ?? 0)
  const bounds = { default: given.default ?? Math.min(fallback.default, max), max }
  if (!(bounds.default >= 1 && bounds.default <= bounds.max && bounds.max <= 1000)) {
    throw new TypeError(`Page sizes must satisfy 1 <= default <= max <= 1000, not ${JSON.stringify(bounds)}.`)
  }
  return bounds
}

function integer(name: string, text: string | null, bounds: Bounds): number {
  if (text === null) return bounds.default
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  const min = bounds.min ?? 1
  if (value >= min && value <= bounds.max) return value
  throw new StowageError('invalid_request', `"${name}" must be an integer from ${min} to ${bounds.max}.`, {
    details: { field: name },
  })
}
