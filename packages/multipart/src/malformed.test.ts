import { describe, expect, test } from 'vitest'
import { boundary, closing, cut, field, file, form, push, read } from '../test/forms.ts'

const head = 'Content-Disposition: form-data; name="a"'
const asField = (extra: string, value = 'v') => form([`${head}\r\n${extra}`, value])
const raw = (text: string) => Buffer.from(text, 'latin1')
const oneField = { parts: [{ kind: 'field', name: 'a', value: 'v', contentType: undefined }], error: null }

describe('bodies that are read', () => {
  test.each([
    ['no part at all', raw(`--${boundary}--\r\n`), []],
    ['an end without a line end', raw(`--${boundary}\r\n${head}\r\n\r\nv\r\n--${boundary}--`), oneField.parts],
    ['a preamble', raw(`Hello\r\n--${boundary}\r\n${head}\r\n\r\nv${closing}`), oneField.parts],
    ['a line end before the first boundary', raw(`\r\n--${boundary}\r\n${head}\r\n\r\nv${closing}`), oneField.parts],
    ['an epilogue', raw(`--${boundary}\r\n${head}\r\n\r\nv${closing}bye\r\n--${boundary}\r\n`), oneField.parts],
    ['padding after boundaries', raw(`--${boundary} \t\r\n${head}\r\n\r\nv\r\n--${boundary}-- \t\r\n`), oneField.parts],
    ['a header without a space', raw(`--${boundary}\r\nCONTENT-disposition:form-data;name=a\r\n\r\nv${closing}`), oneField.parts],
    ['other headers', asField('X-Other: 1\r\nContent-Transfer-Encoding: 8BIT'), oneField.parts],
    ['no body in a part', raw(`--${boundary}\r\n${head}\r\n\r\n--${boundary}--`), [{ ...oneField.parts[0], value: '' }]],
    ['an empty value', form(field('a', '')), [{ ...oneField.parts[0], value: '' }]],
    ['a boundary inside a line', form(field('a', `v--${boundary}--`)), [{ ...oneField.parts[0], value: `v--${boundary}--` }]],
    ['line ends in a value', form(field('a', '\r\n\r\n')), [{ ...oneField.parts[0], value: '\r\n\r\n' }]],
    ['bare line feeds in a value', form(field('a', `\n--${boundary}\n`)), [{ ...oneField.parts[0], value: `\n--${boundary}\n` }]],
    [
      'an empty file',
      form(file('a', 'b', '')),
      [{ kind: 'file', name: 'a', filename: 'b', contentType: undefined, content: '' }],
    ],
  ])('with %s', async (_what, body, parts) => {
    expect(await read([body])).toEqual({ parts, error: null })
    expect(await read(cut(body, [1]))).toEqual({ parts, error: null })
    expect(push([body])).toEqual({ parts, error: null })
  })
})

describe('bodies that are refused', () => {
  test.each([
    ['nothing', raw(''), 'truncated'],
    ['no boundary', raw('hello'), 'truncated'],
    ['no closing boundary', raw(`--${boundary}\r\n${head}\r\n\r\nv\r\n`), 'truncated'],
    ['half a line end after the closing boundary', raw(`--${boundary}--\r`), 'truncated'],
    ['another boundary', raw(`--another\r\n${head}\r\n\r\nv\r\n--another--\r\n`), 'truncated'],
    ['text after a boundary', raw(`--${boundary}x\r\n${head}\r\n\r\nv${closing}`), 'malformed_boundary'],
    ['text after padding', raw(`--${boundary} x\r\n${head}\r\n\r\nv${closing}`), 'malformed_boundary'],
    ['one dash after a boundary', raw(`--${boundary}-\r\n`), 'malformed_boundary'],
    ['text after the closing boundary', raw(`--${boundary}--x`), 'malformed_boundary'],
    ['a bare line feed after a boundary', raw(`--${boundary}\n${head}\r\n\r\nv${closing}`), 'malformed_boundary'],
    ['a bare CR after a boundary', raw(`--${boundary}\r${head}\r\n\r\nv${closing}`), 'malformed_boundary'],
    ['a bare line feed after the closing boundary', raw(`--${boundary}--\n`), 'malformed_boundary'],
    ['a longer boundary', raw(`--${boundary}2\r\n${head}\r\n\r\nv${closing}`), 'malformed_boundary'],
    ['a part without headers', raw(`--${boundary}\r\n\r\nv${closing}`), 'malformed_disposition'],
    ['a folded header', asField('X: 1\r\n folded'), 'malformed_header'],
    ['a first line that is folded', form([` ${head}`, 'v']), 'malformed_header'],
    ['bare line feeds in the head', raw(`--${boundary}\r\n${head}\nX: 1\r\n\r\nv${closing}`), 'malformed_header'],
    ['a bare CR in a header', asField('X: a\rb'), 'malformed_header'],
    ['a NUL in a header', asField('X: a\0b'), 'malformed_header'],
    ['a DEL in a header', asField('X: a\x7fb'), 'malformed_header'],
    ['a header without a colon', asField('X'), 'malformed_header'],
    ['a header without a name', asField(': x'), 'malformed_header'],
    ['a space before the colon', asField('X : x'), 'malformed_header'],
    ['two Content-Dispositions', asField(head), 'duplicate_header'],
    ['two headers of one name', asField('X: 1\r\nx: 2'), 'duplicate_header'],
    ['base64', asField('Content-Transfer-Encoding: base64'), 'unsupported_encoding'],
    ['quoted-printable', asField('Content-Transfer-Encoding: quoted-printable'), 'unsupported_encoding'],
    ['an empty encoding', asField('Content-Transfer-Encoding:'), 'unsupported_encoding'],
    ['multipart/mixed', asField('Content-Type: Multipart/Mixed; boundary=b'), 'nested_multipart'],
    ['a value that is not UTF-8', form(field('a', '\xff')), 'invalid_utf8'],
    ['a value cut inside a character', form(field('a', '\xc3')), 'invalid_utf8'],
    ['a charset that is not UTF-8', asField('Content-Type: text/plain; charset=utf-16', 'v'), 'unsupported_charset'],
    [
      'Latin-1 text that happens to be UTF-8',
      asField('Content-Type: text/plain; charset=iso-8859-1', '\xc3\xa4'),
      'unsupported_charset',
    ],
    ['a form in another charset', form(field('_charset_', 'windows-1252')), 'unsupported_charset'],
    ['a charset that is empty', form(field('_charset_', '')), 'unsupported_charset'],
    ['a long preamble', raw(`${'x'.repeat(4097)}\r\n--${boundary}--`), 'preamble_too_long'],
    ['a long epilogue', raw(`--${boundary}--\r\n${'x'.repeat(4097)}`), 'epilogue_too_long'],
  ])('for %s', async (_what, body, error) => {
    expect(await read([body])).toEqual({ parts: [], error })
    expect(await read(cut(body, [1]))).toEqual({ parts: [], error })
    expect(push([body])).toEqual({ parts: [], error })
  })

  test('a boundary that goes on differently ends its part and the form', async () => {
    const body = form(field('a', `v\r\n--${boundary}2\r\n`), field('b', 'w'))
    expect(await read([body])).toEqual({ ...oneField, error: 'malformed_boundary' })
    expect(await read(cut(body, [1]))).toEqual({ ...oneField, error: 'malformed_boundary' })
  })

  test('the part before a malformed one is read, and no part after it', async () => {
    const body = form(field('a', 'v'), ['X: 1', ''], field('b', 'w'))
    expect(await read([body])).toEqual({ ...oneField, error: 'malformed_disposition' })
  })
})

describe('charsets', () => {
  test.each([
    ['text/plain; charset=UTF-8', '\xc3\xa4', 'ä'],
    ['text/plain; charset="us-ascii"', 'a', 'a'],
    ['text/plain; charset=ISO-8859-1', 'ascii only', 'ascii only'],
    ['text/plain', '\xc3\xa4', 'ä'],
    ['application/json', '{}', '{}'],
  ])('a field of %s is read', async (contentType, bytes, value) => {
    expect((await read([asField(`Content-Type: ${contentType}`, bytes)])).parts).toEqual([
      { kind: 'field', name: 'a', value, contentType },
    ])
  })

  test('a _charset_ field that says UTF-8 is a field', async () => {
    expect((await read([form(field('_charset_', 'UTF-8'), field('b', ''))])).parts).toHaveLength(2)
  })

  test('a file of any charset is bytes', async () => {
    const body = form([`${head}; filename="b"\r\nContent-Type: text/plain; charset=utf-16`, '\xff\xfe'])
    expect((await read([body])).parts).toMatchObject([{ kind: 'file', content: '\xff\xfe' }])
  })
})

test('a message says which part and what to do', async () => {
  const body = form(field('a', 'v'), ['Content-Disposition: form-data; name=""', ''])
  const { parseMultipart } = await import('./index.ts')
  const parts = parseMultipart(new Blob([new Uint8Array(body)]).stream(), { boundary })
  await parts.next()
  await expect(parts.next()).rejects.toMatchObject({
    name: 'MultipartError',
    code: 'missing_name',
    status: 400,
    partIndex: 1,
    limit: undefined,
    message: 'Part 1: it has no name, or an empty one. Give each part a name.',
  })
})
