import { describe, expect, test } from 'vitest'
import { boundaryOf, parseMultipart } from './index.ts'

const seventy = 'a'.repeat(70)

describe('the boundary', () => {
  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data;boundary=abc', 'abc'],
    ['Multipart/Form-Data ; BOUNDARY="a b"', 'a b'],
    ['multipart/form-data; charset=utf-8; boundary=abc', 'abc'],
    ['multipart/form-data; boundary="abc"; charset=utf-8', 'abc'],
    ['multipart/form-data; boundary=----=_Part_1.2', '----=_Part_1.2'],
    [`multipart/form-data; boundary="'()+_,-./:=?"`, `'()+_,-./:=?`],
    [`multipart/form-data; boundary=${seventy}`, seventy],
    ['multipart/form-data; boundary=b', 'b'],
  ])('of %j is %j', (contentType, expected) => {
    expect(boundaryOf(contentType)).toBe(expected)
  })

  test.each([
    [undefined],
    [null],
    [''],
    ['multipart/mixed; boundary=abc'],
    ['multipart/form-data-x; boundary=abc'],
    ['application/json'],
    ['x multipart/form-data; boundary=abc'],
  ])('%j is no form', contentType => {
    expect(() => boundaryOf(contentType)).toThrow(expect.objectContaining({ code: 'not_multipart', status: 415 }))
  })

  test.each([
    ['multipart/form-data'],
    ['multipart/form-data; charset=utf-8'],
    ['multipart/form-data; boundary='],
    ['multipart/form-data; boundary=""'],
    [`multipart/form-data; boundary=${seventy}a`],
    ['multipart/form-data; boundary="ends with a space "'],
    ['multipart/form-data; boundary="a\\"b"'],
    ['multipart/form-data; boundary=a*b'],
    ['multipart/form-data; boundary="é"'],
    ['multipart/form-data; boundary=a b'],
    ['multipart/form-data; boundary="a'],
    ['multipart/form-data; boundary=a; boundary=b'],
    ['multipart/form-data; boundary=a, multipart/form-data; boundary=b'],
    ['multipart/form-data; charset=a; charset=b; boundary=c'],
  ])('%j has no usable one', contentType => {
    expect(() => boundaryOf(contentType)).toThrow(expect.objectContaining({ code: 'invalid_boundary', status: 400 }))
  })

  test('is checked before the source is touched', () => {
    const source: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => {
        throw new Error('touched')
      },
    }
    expect(() => parseMultipart(source, { contentType: 'text/plain' })).toThrow(
      expect.objectContaining({ code: 'not_multipart' }),
    )
    expect(() => parseMultipart(source, { boundary: '' })).toThrow(expect.objectContaining({ code: 'invalid_boundary' }))
  })
})
