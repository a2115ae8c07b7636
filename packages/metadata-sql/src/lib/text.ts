import { type JsonValue, StowageError } from '@stowage/core/contracts'

/** Deepest nesting that a JSON column takes. */
export const MAX_JSON_DEPTH = 200

const PLAIN = /^[ -~]*$/
// Accents and points of any alphabet, but no vowel signs, and not the marks that make か into が.
const ACCENTS = /[[\p{Mn}&&[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Cyrillic}]]--[\u3099\u309a]]/gv

/** Stands between the parts of an asset's search text; {@link fold} removes it, so that no term reaches across. */
export const PART_SEPARATOR = '\u001f'

/**
 * The form in which text is searched: compatibility-decomposed, accents off, case folded in full (ß is ss, İ is i, ς is σ),
 * then composed, so that a syllable of Hangul stays one character.
 */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  const bare = text.replaceAll(PART_SEPARATOR, '').normalize('NFKD').replace(ACCENTS, '')
  const lower = bare.toLowerCase().toUpperCase().toLowerCase().normalize('NFKD')
  return lower.replace(ACCENTS, '').replaceAll('ς', 'σ').normalize('NFKC')
}

/** @throws StowageError `unprocessable` for text with NUL or a lone surrogate */
export function checkText(text: string, what: string): string {
  if (typeof text !== 'string') throw new StowageError('unprocessable', `${what} is not text.`, { details: { column: what } })
  if (text.isWellFormed() && !text.includes('\0')) return text
  throw new StowageError('unprocessable', `${what} holds a NUL or a lone surrogate, which can't be stored: remove it.`, {
    details: { column: what },
  })
}

/** @throws StowageError `unprocessable` for what JSON text can't hold exactly */
export function encodeJson(value: unknown, what: string): string {
  checkJson(value as JsonValue, what, 0)
  return JSON.stringify(value)
}

function checkJson(value: JsonValue, what: string, depth: number): void {
  if (depth > MAX_JSON_DEPTH) throw new StowageError('unprocessable', `${what} is nested deeper than ${MAX_JSON_DEPTH} levels.`)
  if (typeof value === 'string') checkText(value, what)
  else if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new StowageError('unprocessable', `${what} holds a number that JSON can't.`, { details: { column: what } })
  } else if (Array.isArray(value)) for (const item of value) checkJson(item, what, depth + 1)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      checkText(key, what)
      checkJson(item, what, depth + 1)
    }
  }
}
