import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundary, cut, form, push, read } from './forms.ts'
import { naiveParts } from './reference-model.ts'

/** Pieces of which hostile content is made: all that a delimiter and its neighbours consist of. */
const pieces = fc.constantFrom(
  '\r',
  '\n',
  '-',
  '--',
  '\r\n',
  '\r\n--',
  boundary,
  `\r\n--${boundary.slice(0, -1)}`,
  `--${boundary}`,
  ' ',
  'x',
  '\xc3\xa4',
)
const delimiter = `\r\n--${boundary}`
const content = fc
  .array(pieces, { maxLength: 12 })
  .map(list => list.join(''))
  // A valid part neither holds the delimiter nor begins with a boundary.
  .filter(text => !`\r\n${text}\r\n`.includes(delimiter))
const name = fc.string({
  minLength: 1,
  maxLength: 12,
  unit: fc.constantFrom('a', 'B', ' ', ';', '=', '.', "'", '%22', '%0D%0A', '%41', '\xc3\xa4', '/', '_'),
})
const contentType = fc.option(fc.constantFrom('text/plain', 'image/png', 'application/octet-stream'), { nil: undefined })

const part = fc.record({ name, filename: fc.option(name, { nil: undefined }), contentType, content }).map(given => {
  const disposition = `Content-Disposition: form-data; name="${given.name}"`
  const filename = given.filename === undefined ? '' : `; filename="${given.filename}"`
  const type = given.contentType === undefined ? '' : `\r\nContent-Type: ${given.contentType}`
  return [`${disposition}${filename}${type}`, given.content] as const
})
const body = fc.array(part, { maxLength: 4 }).map(parts => form(...parts))
const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

describe('however a body is cut', () => {
  test('the parts are those of the whole', async () => {
    const property = fc.asyncProperty(body, lengths, async (bytes, cuts) => {
      const expected = { parts: naiveParts(bytes, boundary), error: null }
      expect(await read([bytes])).toEqual(expected)
      expect(await read(cut(bytes, cuts))).toEqual(expected)
      expect(push(cut(bytes, cuts))).toEqual(expected)
    })
    await fc.assert(property, { numRuns: 1000 })
  })

  test('bytes gone wrong have one outcome', async () => {
    const harm = fc.record({ at: fc.nat(), drop: fc.nat(3), put: fc.option(pieces, { nil: '' }) })
    const property = fc.asyncProperty(
      body,
      fc.array(harm, { minLength: 1, maxLength: 3 }),
      lengths,
      async (bytes, harms, cuts) => {
        let harmed = bytes
        for (const { at, drop, put } of harms) {
          const start = at % (harmed.length + 1)
          harmed = Buffer.concat([harmed.subarray(0, start), Buffer.from(put, 'latin1'), harmed.subarray(start + drop)])
        }
        const whole = await read([harmed])
        expect(await read(cut(harmed, cuts))).toEqual(whole)
        expect(await read(cut(harmed, [1]))).toEqual(whole)
        expect(push([harmed])).toEqual(whole)
      },
    )
    await fc.assert(property, { numRuns: 1000 })
  })

  test('any bytes end in parts or a named error', async () => {
    const anything = fc.array(fc.oneof(pieces, fc.constantFrom('Content-Disposition: form-data; name="a"', ':', '"', '\0')), {
      maxLength: 30,
    })
    const property = fc.asyncProperty(anything, lengths, async (list, cuts) => {
      const bytes = Buffer.from(`--${boundary}\r\n${list.join('')}`, 'latin1')
      expect(await read(cut(bytes, cuts))).toEqual(await read([bytes]))
    })
    await fc.assert(property, { numRuns: 1000 })
  })
})

test('a body cut short anywhere is an error', async () => {
  const whole = form(
    ['Content-Disposition: form-data; name="title"', 'a\r\nb'],
    ['Content-Disposition: form-data; name="f"; filename="a.bin"\r\nContent-Type: image/png', '\r\n--x\r\n\r\n'],
    ['Content-Disposition: form-data; name="last"', ''],
  )
  const end = whole.length - '\r\n'.length
  for (let length = 0; length < end; length++) {
    for (const size of [1 << 20, 5, 1]) {
      const { error } = await read(cut(whole.subarray(0, length), [size]))
      expect({ length, error }).toEqual({ length, error: 'truncated' })
    }
  }
  expect((await read([whole.subarray(0, end)])).error).toBeNull()
})
