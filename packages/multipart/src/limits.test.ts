import { describe, expect, test } from 'vitest'
import { boundary, cut, field, file, form, read } from '../test/forms.ts'
import { defaultLimits, type LimitName, parseMultipart } from './index.ts'

const fieldHead = 'Content-Disposition: form-data; name="a"'
const fields = (count: number) => form(...Array.from({ length: count }, () => field('a', '')))
const files = (count: number) => form(...Array.from({ length: count }, () => file('a', 'b', '')))

/** Each: the limit, a body that meets it, one that passes it by one, its value, the code. */
const cases: [LimitName, Buffer, Buffer, number, string, number][] = [
  [
    'parts',
    form(field('a', ''), file('a', 'b', ''), field('a', '')),
    form(field('a', ''), file('a', 'b', ''), field('a', ''), file('a', 'b', '')),
    3,
    'too_many_parts',
    413,
  ],
  ['parts', fields(0), fields(1), 0, 'too_many_parts', 413],
  ['fields', fields(3), fields(4), 3, 'too_many_fields', 413],
  ['fields', files(1), form(file('a', 'b', ''), field('a', '')), 0, 'too_many_fields', 413],
  ['files', files(3), files(4), 3, 'too_many_files', 413],
  ['files', fields(1), form(field('a', ''), file('a', 'b', '')), 0, 'too_many_files', 413],
  ['headerBytes', form([fieldHead, '']), form([`${fieldHead} `, '']), fieldHead.length + 4, 'headers_too_large', 400],
  ['headerBytes', form(field('a', '')), form(field('ab', '')), fieldHead.length + 4, 'headers_too_large', 400],
  ['nameBytes', form(field('12345678', '')), form(field('123456789', '')), 8, 'name_too_long', 400],
  ['nameBytes', form(field('\xc3\xa4'.repeat(4), '')), form(field(`${'\xc3\xa4'.repeat(4)}x`, '')), 8, 'name_too_long', 400],
  ['nameBytes', form(file('a', '12345678', '')), form(file('a', '123456789', '')), 8, 'name_too_long', 400],
  ['fieldBytes', form(field('a', '12345678')), form(field('a', '123456789')), 8, 'field_too_large', 413],
  ['fieldBytes', form(field('a', '')), form(field('a', '1')), 0, 'field_too_large', 413],
  ['fileBytes', form(file('a', 'b', '12345678')), form(file('a', 'b', '123456789')), 8, 'file_too_large', 413],
  ['fileBytes', form(file('a', 'b', '')), form(file('a', 'b', '1')), 0, 'file_too_large', 413],
  ['totalBytes', fields(2), Buffer.concat([fields(2), Buffer.from('x')]), fields(2).length, 'body_too_large', 413],
]

describe('a limit', () => {
  test.each(cases)('%s: what meets it passes, one more does not', async (limit, meets, passes, value, code, status) => {
    for (const size of [1 << 20, 7, 1]) {
      expect(await read(cut(meets, [size]), { [limit]: value })).toMatchObject({ error: null })
      expect(await read(cut(passes, [size]), { [limit]: value })).toMatchObject({ error: code })
      expect(await read(cut(passes, [size]), { [limit]: value + 1 })).toMatchObject({ error: null })
    }
    const parts = parseMultipart(new Blob([new Uint8Array(passes)]).stream(), { boundary, limits: { [limit]: value } })
    const all = async () => {
      for await (const part of parts) if (part.kind === 'file') await part.discard()
    }
    await expect(all()).rejects.toMatchObject({ limit, status, message: expect.stringContaining(`limit "${limit}"`) })
  })

  test('on the total lets the parts before it through, however the body is cut', async () => {
    const body = form(field('a', '1'), field('b', '2'))
    const totalBytes = body.indexOf('name="b"')
    for (const size of [1 << 20, 7, 1]) {
      expect(await read(cut(body, [size]), { totalBytes })).toEqual({
        parts: [{ kind: 'field', name: 'a', value: '1', contentType: undefined }],
        error: 'body_too_large',
      })
    }
  })

  test('on names counts what the name is, not how it is written', async () => {
    expect(await read([form(field('%22%22%22', ''))], { nameBytes: 3 })).toMatchObject({ error: null, parts: [{ name: '"""' }] })
  })

  test('is never passed by default', () => {
    expect(Object.values(defaultLimits).every(Number.isSafeInteger)).toBe(true)
    expect(Object.isFrozen(defaultLimits)).toBe(true)
  })

  test('can be lifted', async () => {
    const { parts, error } = await read([fields(1000)], { fields: Infinity, parts: Infinity })
    expect([parts.length, error]).toEqual([1000, null])
  })

  test.each([[-1], [1.5], [Number.NaN], ['8' as unknown as number]])('of %j is a mistake', value => {
    expect(() => parseMultipart(new Blob([]).stream(), { boundary, limits: { fileBytes: value } })).toThrow(RangeError)
  })

  test('stops a flood at its first part too many', async () => {
    expect((await read([fields(100_000)])).error).toBe('too_many_parts')
    expect((await read([fields(100_000)], { parts: 1e6 })).parts).toHaveLength(defaultLimits.fields)
    expect((await read([files(100_000)], { parts: 1e6 })).parts).toHaveLength(defaultLimits.files)
  })

  test('on headers refuses 80 KB of them', async () => {
    expect((await read([form([`X: ${'x'.repeat(80_000)}\r\n${fieldHead}`, ''])])).error).toBe('headers_too_large')
  })
})
