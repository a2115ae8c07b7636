import { expect, test } from 'vitest'
import { askedWords, indexedWords } from './words.ts'

test.each([
  ['The end. the END', { the: 3, end: 7 }],
  ['snake_case e-mail 3.14', { snake: 5, case: 10, e: 12, mail: 17, '3': 19, '14': 22 }],
  ['Straße co\u00adop', { strasse: 6, coop: 12 }],
  ['東京都', { 東: 3, 京: 3, 都: 3, 東京: 3, 京都: 3 }],
  ['mp3ファ', { mp3: 5, フ: 5, ァ: 5, ファ: 5 }],
  ['½ ﷺ', { '1': 1, '2': 1, صلى: 3, الله: 3, عليه: 3, وسلم: 3 }],
  ['\u0301 😀 … __proto__', { proto: 14 }],
])('%j is indexed by its words and where each ends', async (text, ends) => {
  const found = await indexedWords(text)
  expect(Object.fromEntries(Array.from(found, ([word, { end }]) => [word, end]))).toEqual(ends)
})

test('how often each word stands in a text is counted, whatever its case, accents and neighbours', async () => {
  const found = await indexedWords('The end, the END–end; é E\u0301 東東東 THE, the')
  const counts = Object.fromEntries(Array.from(found, ([word, { count }]) => [word, count]))
  expect(counts).toEqual({ the: 4, end: 3, e: 2, 東: 3, 東東: 2 })
})

test('a term asks for all its words, and for pairs of characters where there is no space', () => {
  expect(askedWords(['e-mail', 'E', '東京都 x', '都', '…'])).toEqual(['mail', '東京', '京都', 'e', 'x', '都'])
  expect(askedWords(['x'.repeat(500), '😀'])).toEqual(['x'.repeat(100)])
  expect(() => askedWords(['a\0'])).toThrow(expect.objectContaining({ code: 'unprocessable' }))
})

test('each word that is asked for is one that was indexed', async () => {
  const texts = ['naïve’s CAFÉ', 'ภาษาไทย 東京タワー', 'a'.repeat(3000), 'ü'.repeat(3000), '漢字'.repeat(2000), 'ﬁ½①ª Ω ς']
  for (const text of texts) {
    const indexed = await indexedWords(text)
    for (const word of askedWords([text])) expect(indexed.has(word), word.slice(0, 20)).toBe(true)
  }
})

test('other work has its turn while a long text is read', async () => {
  let turns = 0
  const timer = setInterval(() => turns++, 0)
  const text = Array.from({ length: 100_000 }, (_, i) => `wörd${i}`).join(' ')
  expect((await indexedWords(text)).size).toBe(100_000)
  clearInterval(timer)
  expect(turns).toBeGreaterThan(3)
})
