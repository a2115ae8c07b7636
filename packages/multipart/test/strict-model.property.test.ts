import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundary, cut, push, read } from './forms.ts'
import { strictParts } from './strict-model.ts'

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary })
const oneOf = (...texts: string[]) => fc.constantFrom(...texts)
const rarely = (usual: string, ...others: string[]) => fc.oneof(often(12, fc.constant(usual)), often(1, oneOf(...others)))

const name = oneOf(
  'a',
  'title',
  '_charset_',
  '__proto__',
  '\xc3\xa4',
  'a%22b',
  'a\\"b',
  'a\\\\',
  'a\\b',
  '',
  'a;b',
  '%0D%0A',
  '\xff',
  'a b',
)
const parameter = fc.oneof(
  often(
    8,
    name.map(text => `; name="${text}"`),
  ),
  often(
    5,
    name.map(text => `; filename="${text}"`),
  ),
  often(
    2,
    oneOf(
      '; name=a',
      ';name=a',
      ' ;\tname=a',
      '; filename=x/y',
      "; filename*=UTF-8''a",
      '; NAME="b"',
      '; x=1',
      ';',
      '; name',
      '; name="a',
      'x',
      '; =a',
    ),
  ),
)
const disposition = fc
  .tuple(
    rarely(
      'Content-Disposition: ',
      'content-disposition:',
      'Content-Disposition :',
      'Content-Disposition',
      ' Content-Disposition: ',
    ),
    rarely('form-data', 'Form-Data', 'form-data ', 'attachment', 'form-datax', ''),
    fc.oneof(
      often(
        6,
        name.map(text => `; name="${text}"`),
      ),
      often(
        4,
        fc.tuple(name, name).map(([first, second]) => `; name="${first}"; filename="${second}"`),
      ),
      often(
        3,
        fc.array(parameter, { maxLength: 3 }).map(list => list.join('')),
      ),
    ),
  )
  .map(pieces => pieces.join(''))
const otherHeader = oneOf(
  'Content-Type: text/plain',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Type: text/plain; charset="ISO-8859-1"',
  'Content-Type: text/plain; charset=utf-16',
  'Content-Type: x; charset',
  'content-type: Multipart/mixed; boundary=z',
  'Content-Type:',
  'Content-Transfer-Encoding: 8BIT',
  'Content-Transfer-Encoding: base64',
  'X-A: 1',
  'X-A: \xc3\xa4\t',
  'X-A: \x01',
  'X-A: \xff',
  ' folded',
  `--${boundary}: x`,
  ': x',
)
const lineEnd = rarely('\r\n', '\n', '\r', '\r\r\n', '')
const content = fc
  .array(
    oneOf(
      'a',
      '\r\n',
      '\r',
      '\n',
      '--',
      '-',
      `--${boundary}`,
      `\r\n--${boundary.slice(0, -1)}`,
      '\xc3\xa4',
      '\xff',
      'UTF-8',
      'latin1',
    ),
    { maxLength: 5 },
  )
  .map(pieces => pieces.join(''))
const part = fc
  .tuple(
    rarely('\r\n', ' \t\r\n', '\n', '', 'x\r\n', '\r\n\r\n', '-\r\n'),
    fc.array(otherHeader, { maxLength: 2 }),
    disposition,
    fc.array(otherHeader, { maxLength: 1 }),
    lineEnd,
    rarely('\r\n', '\n', ''),
    content,
  )
  .map(
    ([open, before, head, after, end, empty, text]) => `${open}${[...before, head, ...after].join('\r\n')}${end}${empty}${text}`,
  )
const body = fc
  .tuple(
    rarely('', 'preamble\r\n', 'preamble', '\r\n', `--${boundary.slice(0, -1)}\r\n`),
    fc.array(part, { maxLength: 3 }),
    rarely('--\r\n', '--', '-- \t', '--  \r\nepilogue', '--x', '-', '-\r\n', '', '--\r', '--\n', `--\r\n--${boundary}\r\n`),
  )
  .map(([preamble, parts, end]) => {
    const delimiter = `\r\n--${boundary}`
    const text = `${preamble === '' ? '' : preamble}${delimiter}${parts.map(each => `${each}${delimiter}`).join('')}${end}`
    return Buffer.from(preamble === '' ? text.slice(2) : text, 'latin1')
  })
const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })

test('any body, well-formed or not, is taken or refused as the grammar says, with the same parts', async () => {
  let taken = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(body, lengths, async (bytes, cuts) => {
      const expected = strictParts(bytes, boundary)
      for (const outcome of [await read([bytes]), await read(cut(bytes, cuts)), push(cut(bytes, cuts))]) {
        expect(outcome.error === null ? outcome.parts : null).toEqual(expected)
      }
      if (expected === null) refused++
      else taken++
    }),
    { numRuns: 2500 },
  )
  // Both happen often enough to say something.
  expect(Math.min(taken, refused)).toBeGreaterThan(250)
})
