import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isStowageError } from '../contracts/errors.ts'
import { cleanFilename, keySafeFilename, suffixFilename } from './filename.ts'

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 2 }),
  fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '../',
    '.txt',
    '\0',
    '\n',
    '\u007f',
    '\u0085',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '\ud800',
    ' ',
    '\u00a0',
    'C:',
    'é',
    '😀'.repeat(70),
    'a'.repeat(250),
  ),
)
const name = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''))

function taken(given: string): string | null {
  try {
    return cleanFilename(given)
  } catch (error) {
    if (isStowageError(error, 'invalid_request')) return null
    throw error
  }
}

test('any filename that is taken is safe to show, and stays as it is when given again', () => {
  let accepted = 0
  fc.assert(
    fc.property(name, given => {
      const clean = taken(given)
      if (clean === null) return
      accepted++
      expect(clean).not.toMatch(/[/\\]|\p{Cc}|[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u)
      expect(['', '.', '..']).not.toContain(clean)
      expect(clean.isWellFormed()).toBe(true)
      expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(255)
      expect(cleanFilename(clean)).toBe(clean)
    }),
    { numRuns: 2000 },
  )
  expect(accepted).toBeGreaterThan(300)
})

test('what is made of a taken filename stays safe and within its length', () => {
  fc.assert(
    fc.property(name, given => {
      const clean = taken(given)
      if (clean === null) return
      expect(keySafeFilename(clean)).toMatch(/^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,99})$/)
      const suffixed = suffixFilename(clean, '0a1b2c3d')
      expect(suffixed).toContain('-0a1b2c3d')
      expect(Buffer.byteLength(suffixed)).toBeLessThanOrEqual(255)
      expect(cleanFilename(suffixed)).toBe(suffixed)
    }),
    { numRuns: 2000 },
  )
})
