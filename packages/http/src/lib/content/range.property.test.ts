import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRange } from './range.ts'

const number = fc.oneof(fc.nat(30).map(String), fc.constantFrom('', '0', '00', '007', '9007199254740993', '9'.repeat(40)))
const oneRange = fc.tuple(number, number).map(([first, last]) => `${first}-${last}`)
const soup = fc.string({
  unit: fc.constantFrom('b', 'bytes', '=', '-', ',', '0', '1', '9', ' ', '\t', 'x', '+', '.'),
  maxLength: 12,
})
const header = fc.oneof(
  oneRange.map(range => `bytes=${range}`),
  oneRange.map(range => `Bytes= ${range}\t`),
  fc.array(oneRange, { maxLength: 3 }).map(ranges => `bytes=${ranges.join(',')}`),
  oneRange.map(range => `items=${range}`),
  soup,
)

/** Which bytes RFC 9110 §14.1.2 says, one by one; `all` where a server may ignore the header. */
function wantedBytes(text: string, content: Buffer): Buffer | 'all' | 'unsatisfiable' {
  const [unit, set, ...more] = text.split('=')
  if (unit?.toLowerCase() !== 'bytes' || set === undefined || more.length > 0 || content.length === 0) return 'all'
  const [first, last, ...others] = set.replace(/^[ \t]+|[ \t]+$/g, '').split('-')
  if (first === undefined || last === undefined || others.length > 0) return 'all'
  if (![first, last].every(part => [...part].every(digit => '0123456789'.includes(digit)))) return 'all'
  if (first === '' && last === '') return 'all'
  if (first !== '' && last !== '' && BigInt(last) < BigInt(first)) return 'all'
  const taken = [...content].filter((_, at) => {
    if (first === '') return BigInt(at) >= BigInt(content.length) - BigInt(last)
    return BigInt(at) >= BigInt(first) && (last === '' || BigInt(at) <= BigInt(last))
  })
  return taken.length === 0 ? 'unsatisfiable' : Buffer.from(taken)
}

test('any Range gives the bytes that its letters say, everything, or 416', () => {
  fc.assert(
    fc.property(header, fc.nat(25), (text, size) => {
      const content = Buffer.from(Array.from({ length: size }, (_, at) => at))
      const range = readRange(text, size)
      const given = range === null ? 'all' : range === 'unsatisfiable' ? range : content.subarray(range.start, range.end + 1)
      expect(given).toEqual(wantedBytes(text, content))
    }),
    { numRuns: 5000 },
  )
})
