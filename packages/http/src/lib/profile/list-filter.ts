import type { Column, Filter } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'

/** Turns the values of one query parameter into a condition. @throws StowageError `invalid_request` */
export type ListFilter = (values: readonly string[]) => Filter

/** Matches a column exactly; a parameter that repeats matches any of its values. */
export function columnFilter(column: Column, read: (text: string) => string | number | boolean = text => text): ListFilter {
  return values => {
    const read_ = values.map(read)
    const [first] = read_
    return read_.length === 1 && first !== undefined ? { op: 'eq', column, value: first } : { op: 'in', column, values: read_ }
  }
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

/** Reads a decimal number. */
export function readNumber(name: string): (text: string) => number {
  return text => {
    const value = /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN
    if (Number.isFinite(value)) return value
    throw new StowageError('invalid_request', `"${name}" must be a number.`, { details: { field: name } })
  }
}

/** Reads `true` or `false`. */
export function readBoolean(name: string): (text: string) => boolean {
  return text => {
    if (text === 'true' || text === 'false') return text === 'true'
    throw new StowageError('invalid_request', `"${name}" must be true or false.`, { details: { field: name } })
  }
}
