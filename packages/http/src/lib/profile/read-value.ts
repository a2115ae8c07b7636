import type { Scalar } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { z } from 'zod'

/** Reads one value of a query parameter. @throws StowageError `invalid_request` that names the parameter */
export interface ReadValue {
  (text: string, param: string): Scalar
  /** What the text stands for, where that is not any text: for descriptions of the API. */
  readonly schema?: z.ZodType
}

const INSTANT = z.union([z.iso.datetime({ offset: true }), z.iso.date()])
const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/

export const readText: ReadValue = text => text

/** Reads a decimal number, such as `-2.5`. */
export const readNumber: ReadValue = reader(z.number(), (text, param) => numberIn(text) ?? refuse(param, 'must be a number'))

/** Reads `true` or `false`. */
export const readBoolean: ReadValue = reader(z.boolean(), (text, param) => {
  if (text === 'true' || text === 'false') return text === 'true'
  return refuse(param, 'must be true or false')
})

/**
 * Reads a moment as milliseconds since the epoch, half a one standing for any fraction: a date, which is its first moment in UTC, or a date and time with `Z` or an
 * offset.
 * @see RFC 3339, ISO 8601
 */
export const readDate: ReadValue = reader(INSTANT, (text, param) => {
  if (!INSTANT.safeParse(text).success)
    refuse(
      param,
      'must be a date such as 2026-01-31, or a date and time such as 2026-01-31T10:30:00Z (write the + of an offset as %2B)',
    )
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  const seconds = Date.parse(fraction === '' ? text : text.replace(`.${fraction}`, ''))
  // Times are whole milliseconds: all that counts of what is finer is that there is some.
  return seconds + Number(fraction.slice(0, 3).padEnd(3, '0')) + (/[1-9]/.test(fraction.slice(3)) ? 0.5 : 0)
})

/** Reads one of some words. */
export function readOneOf(words: readonly string[]): ReadValue {
  return reader(z.enum(words as readonly [string, ...string[]]), (text, param) =>
    words.includes(text) ? text : refuse(param, `must be one of ${words.join(', ')}`),
  )
}

/** The number that a text is as a whole, if it is one. */
export function numberIn(text: string): number | null {
  return NUMBER.test(text) ? Number(text) : null
}

function reader(schema: z.ZodType, read: (text: string, param: string) => Scalar): ReadValue {
  return Object.assign((text: string, param: string) => read(text, param), { schema })
}

function refuse(param: string, why: string): never {
  throw new StowageError('invalid_request', `"${param}" ${why}.`, { details: { field: param } })
}
