import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentDisposition } from './disposition.ts'

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('"', '\\', '%', "'", '*', ';', '=', '\r\n', '\0', '\u202e', '\ud800', '😀', 'ä', '%22', 'filename="x"', ' '),
)
const filename = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''))
const type = fc.constantFrom('inline' as const, 'attachment' as const)

/** Reads a value by RFC 6266 §4.1, one character after another. */
function parse(value: string): { type: string; parameters: Map<string, string> } {
  let at = 0
  const take = (characters: RegExp): string => {
    const start = at
    while (at < value.length && characters.test(value[at] as string)) at++
    return value.slice(start, at)
  }
  const demand = (character: string) => {
    if (value[at] !== character) throw new Error(`No ${character} at ${at} of ${value}`)
    at++
  }
  const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/
  const quoted = (): string => {
    demand('"')
    let text = ''
    while (value[at] !== '"') {
      if (value[at] === '\\') at++
      if (at >= value.length) throw new Error('No end of the quotes')
      text += value[at++]
    }
    demand('"')
    return text
  }
  const parsed = { type: take(token), parameters: new Map<string, string>() }
  while (at < value.length) {
    demand(';')
    take(/ /)
    const name = take(token)
    demand('=')
    parsed.parameters.set(name, value[at] === '"' ? quoted() : take(token))
  }
  return parsed
}

test('H29: any name comes back whole from Content-Disposition, which is plain ASCII', () => {
  fc.assert(
    fc.property(type, filename, (wanted, name) => {
      const value = contentDisposition(wanted, name)
      expect(value).toMatch(/^[ -~]+$/)
      const { type: given, parameters } = parse(value)
      expect(given).toBe(wanted)
      const plain = parameters.get('filename')
      const extended = parameters.get('filename*')
      // What old readers see has nothing in it that clients read differently.
      expect(plain ?? '').not.toMatch(/["\\%]/)
      const read = extended === undefined ? plain : decodeURIComponent(extended.replace(/^UTF-8''/, ''))
      expect(read).toBe(name === '' ? undefined : name.toWellFormed())
    }),
    { numRuns: 3000 },
  )
})
