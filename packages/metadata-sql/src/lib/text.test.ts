import { expect, test } from 'vitest'
import { checkText, encodeJson, fold, MAX_JSON_DEPTH, PART_SEPARATOR } from './text.ts'

test('folding twice is folding once, for every character', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const once = fold(String.fromCodePoint(point))
    if (fold(once) !== once) throw new Error(`U+${point.toString(16)} folds to ${once}, and that to ${fold(once)}`)
  }
}, 60_000)

test.each([
  ['İSTANBUL', 'istanbul'],
  ['Straße', 'strasse'],
  ['ΣΊΣΥΦΟΣ', 'σισυφοσ'],
  ['ﬃ Å ①', 'ffi a 1'],
  ['がガ', 'がガ'],
  ['हिन्दी', 'हिन्दी'],
  [`a${PART_SEPARATOR}b`, 'ab'],
])('%s is searched as %s', (text, folded) => {
  expect(fold(text)).toBe(folded)
})

test('text that no database keeps is refused', () => {
  for (const bad of ['\0', 'a\ud83d', '\udc00b']) expect(() => checkText(bad, 'title')).toThrow(/title/)
  for (const good of ['', '😀', '\u0001\uffff']) expect(checkText(good, 'title')).toBe(good)
})

test('JSON is refused where it would come back changed', () => {
  const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)])
  expect(encodeJson(deep(MAX_JSON_DEPTH), 'metadata')).toHaveLength(2 * MAX_JSON_DEPTH + 1)
  for (const bad of [deep(MAX_JSON_DEPTH + 1), { a: Number.NaN }, { a: ['\0'] }, { '\ud800': 1 }]) {
    expect(() => encodeJson(bad, 'metadata')).toThrow(expect.objectContaining({ code: 'unprocessable' }))
  }
})
