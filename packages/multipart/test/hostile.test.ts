import { describe, expect, test } from 'vitest'
import { createPushParser } from '../src/index.ts'
import { boundary, closing, form } from './forms.ts'

const opening = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n`)
const delimiter = `\r\n--${boundary}`

/** Bytes handed on as content when `fillers` repeat through chunks of an awkward size. */
function contentBytes(filler: string, chunkBytes: number, chunks: number): number {
  let bytes = 0
  const handlers = {
    onField: () => undefined,
    onFile: () => undefined,
    onData: (data: Uint8Array) => {
      bytes += data.length
    },
    onFileEnd: () => undefined,
  }
  const parser = createPushParser({ boundary }, handlers)
  parser.write(opening)
  const content = Buffer.alloc(chunkBytes * chunks, filler, 'latin1')
  for (let start = 0; start < content.length; start += chunkBytes) parser.write(content.subarray(start, start + chunkBytes))
  parser.write(Buffer.from(closing))
  parser.end()
  return bytes
}

describe('hostile content comes through whole', () => {
  test.each([
    ['all CR', '\r'],
    ['CR LF - - repeated', '\r\n--'],
    ['near misses at the last byte', `${delimiter.slice(0, -1)}!`],
    ['near misses at the first byte', `\r-${delimiter.slice(2)}`],
    ['near misses in the middle', `${delimiter.slice(0, 8)}!${delimiter.slice(9)}`],
    ['one byte of the boundary', boundary.slice(-1)],
    ['dashes', '-'],
    ['NUL', '\0'],
  ])('%s', (_what, filler) => {
    for (const chunkBytes of [65_536, 4093, 61, 1]) {
      const chunks = Math.ceil(131_072 / chunkBytes)
      expect(contentBytes(filler, chunkBytes, chunks)).toBe(chunkBytes * chunks)
    }
  })
})

describe('hostile heads are refused, each with its name', () => {
  const refusal = (head: string) => {
    const parser = createPushParser(
      { boundary, limits: { headerBytes: 1 << 20 } },
      { onField: () => undefined, onFile: () => undefined, onData: () => undefined, onFileEnd: () => undefined },
    )
    try {
      parser.write(form([head, '']))
      return null
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  // Each would take seconds to hours if a pattern went back over what it has read.
  test.each([
    ['blanks before a control character', `X:${' '.repeat(500_000)}\x01`, 'malformed_header'],
    ['blanks around a value', `X:${' \t'.repeat(250_000)}x${' \t'.repeat(250_000)}`, 'malformed_disposition'],
    ['backslashes without an end', `Content-Disposition: form-data; name="${'\\'.repeat(500_001)}`, 'malformed_disposition'],
    ['escaped quotes without an end', `Content-Disposition: form-data; name="${'\\"'.repeat(250_000)}`, 'malformed_disposition'],
    ['blanks after a parameter', `Content-Disposition: form-data; name=a${' '.repeat(500_000)}x`, 'malformed_disposition'],
    ['many parameters', `Content-Disposition: form-data; name=a${'; x=1'.repeat(100_000)}`, 'duplicate_parameter'],
    ['a name of percent signs', `Content-Disposition: form-data; name="${'%2'.repeat(250_000)}"`, 'name_too_long'],
    ['many headers', Array.from({ length: 50_000 }, (_, index) => `X${index}: 1`).join('\r\n'), 'malformed_disposition'],
  ])('%s', (_what, head, code) => {
    expect(refusal(head)).toBe(code)
  })
})
