import { StowageError } from '@stowage/core/contracts'

const MAX_DEPTH = 200
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what it looks for
const UNSTORABLE = /\u0000|\p{Cs}/u
const TIMES_AND_SIZES = /(At|Bytes|width|height|version|attempts|Attempts|Left|Until)$/

/** A copy that shares nothing with the caller's. @throws StowageError `unprocessable` for what a database could not keep exactly */
export function copyRecord<T extends object>(record: T): T {
  for (const [name, value] of Object.entries(record)) {
    check(value, name, 0)
    if (TIMES_AND_SIZES.test(name) && typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw refused(name, 'is no whole number within ±(2^53 - 1)')
    }
  }
  return structuredClone(record)
}

/** @throws StowageError `unprocessable` */
export function checkString(text: string, what = 'A value'): string {
  check(text, what, 0)
  return text
}

function check(value: unknown, what: string, depth: number): void {
  if (depth > MAX_DEPTH) throw refused(what, `is nested deeper than ${MAX_DEPTH} levels`)
  if (typeof value === 'string' && UNSTORABLE.test(value)) throw refused(what, 'holds a NUL or a lone surrogate')
  if (typeof value === 'number' && !Number.isFinite(value)) throw refused(what, 'holds a number that JSON can’t')
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    check(key, what, depth)
    check(item, what, depth + 1)
  }
}

const refused = (what: string, why: string): StowageError =>
  new StowageError('unprocessable', `${what} ${why}.`, { details: { column: what } })
