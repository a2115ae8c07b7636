import type { Kind } from '@stowage/core'
import type { Column, Filter } from '@stowage/core/contracts'
import type { z } from 'zod'
import { boundReader, columnReader } from './column-reader.ts'
import { type ReadValue, readText } from './read-value.ts'

/** Turns the values of one query parameter into a condition. @throws StowageError `invalid_request` */
export interface ListFilter {
  (values: readonly string[], param: string): Filter
  /** What it compares, which the kind must have and not keep private. */
  readonly column?: Column
  /** What a value stands for, where that is not any text: for descriptions of the API. */
  readonly schema?: z.ZodType
  /** It may not repeat. Default false. */
  readonly once?: boolean
  /** The same filter where the kind says how values are read. */
  readonly forKind?: (kind: Kind) => ListFilter
}

/** `[gte]`: from this value on; `[gt]`: above it; `[lte]` and `[lt]`: up to it, and below it. */
export type Bound = 'gte' | 'gt' | 'lte' | 'lt'

export const bounds: readonly Bound[] = ['gte', 'gt', 'lte', 'lt']

/**
 * Matches a column exactly; a parameter that repeats matches any of its values.
 * @param read default: as the column's type says; a declared field's values are held to its own schema
 */
export function columnFilter(column: Column, read?: ReadValue): ListFilter {
  const reading = read ?? readText
  const filter = (values: readonly string[], param: string): Filter => {
    const wanted = values.map(value => reading(value, param))
    const [first] = wanted
    return wanted.length === 1 && first !== undefined ? { op: 'eq', column, value: first } : { op: 'in', column, values: wanted }
  }
  return Object.assign(filter, {
    column,
    ...(reading.schema && { schema: reading.schema }),
    ...(read === undefined && { forKind: (kind: Kind) => columnFilter(column, columnReader(kind, column)) }),
  })
}

/**
 * Holds a column to one bound.
 * @param read default: {@link readDate} for times, else {@link readNumber}
 * @example filter: { since: boundFilter('createdAt', 'gte') }
 */
export function boundFilter(column: Column, bound: Bound, read: ReadValue = boundReader(column)): ListFilter {
  const filter = ([value = '']: readonly string[], param: string): Filter => ({ op: bound, column, value: read(value, param) })
  return Object.assign(filter, { column, once: true, ...(read.schema && { schema: read.schema }) })
}

/**
 * All four bounds of a column, as `param[gte]`, `param[gt]`, `param[lte]` and `param[lt]`.
 * @param read default: {@link readDate} for times, else {@link readNumber}
 * @example filter: { ...rangeFilters('size', 'sizeBytes') }
 */
export function rangeFilters<Param extends string>(
  param: Param,
  column: Column,
  read?: ReadValue,
): Readonly<Record<`${Param}[${Bound}]`, ListFilter>> {
  const filters = bounds.map(bound => [`${param}[${bound}]`, boundFilter(column, bound, read)])
  return Object.fromEntries(filters) as Record<`${Param}[${Bound}]`, ListFilter>
}

/**
 * Matches tags: any of those named, or all of them.
 * @param options.separator splits each value too, as in `?tags=a,b`
 */
export function tagsFilter(match: 'any' | 'all', options: { readonly separator?: string } = {}): ListFilter {
  return values => {
    const { separator } = options
    const tags = separator === undefined ? [...values] : values.flatMap(value => value.split(separator))
    return { op: 'tags', match, tags: tags.map(tag => tag.trim()).filter(tag => tag !== '') }
  }
}
