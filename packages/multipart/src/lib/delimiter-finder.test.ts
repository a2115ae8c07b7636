import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DelimiterFinder } from './delimiter-finder.ts'

const boundaries = ['b', 'aa', 'a'.repeat(70), '----WebKitFormBoundary7MA4YWxkTrZu0gW', '-'.repeat(20)]

/** Fillers by how the search meets them: sparse, dense, near misses at either end and in the middle. */
function fillers(boundary: string): string[] {
  const delimiter = `\r\n--${boundary}`
  const middle = delimiter.length >> 1
  return [
    'x',
    boundary.slice(-1),
    '\r',
    '\n',
    '\r\n--',
    `${delimiter.slice(0, -1)}!`,
    `!${delimiter.slice(1)}`,
    `\r!${delimiter.slice(2)}`,
    `${delimiter.slice(0, middle)}!${delimiter.slice(middle + 1)}`,
    `\r${boundary}`,
  ]
}

test.each(boundaries)('finds the first delimiter wherever it lies, boundary %s', boundary => {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const finder = new DelimiterFinder(boundary)
  const property = fc.property(
    fc.constantFrom(...fillers(boundary)),
    fc.integer({ min: 0, max: 70_000 }),
    fc.array(fc.nat(70_000), { maxLength: 3 }),
    fc.nat(600),
    (filler, length, places, from) => {
      const bytes = Buffer.alloc(length, filler, 'latin1')
      for (const place of places) delimiter.copy(bytes, place % (length + 1))
      expect(finder.find(bytes, Math.min(from, length))).toBe(bytes.indexOf(delimiter, Math.min(from, length)))
    },
  )
  fc.assert(property, { numRuns: 300 })
})

test('finds it at each place around the edges of its windows', () => {
  const boundary = 'edge-of-the-window'
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const finder = new DelimiterFinder(boundary)
  for (const filler of ['x', '\r', '\r\n--']) {
    for (const edge of [0, 512, 16_384, 16_896, 32_768, 40_000 - delimiter.length]) {
      for (let place = Math.max(0, edge - 30); place < edge + 30; place++) {
        const bytes = Buffer.alloc(40_000, filler)
        delimiter.copy(bytes, place)
        expect(finder.find(bytes, 0)).toBe(bytes.indexOf(delimiter))
      }
    }
  }
})
