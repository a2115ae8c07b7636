import { describe, expect, test } from 'vitest'
import { boundary, form, read } from '../test/forms.ts'

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
const disposition = (parameters: string) => form([`Content-Disposition: form-data; ${latin1(parameters)}`, 'content'])

describe('names', () => {
  test.each([
    ['name=plain', 'plain'],
    ['name="quoted"', 'quoted'],
    ['name="a;b=c"', 'a;b=c'],
    ['name="日本語 ü 🎉"', '日本語 ü 🎉'],
    ['name="say %22hi%22%0D%0Atwice"', 'say "hi"\r\ntwice'],
    ['name="100%25 %0a %2F"', '100%25 %0a %2F'],
    ['name="old \\"client\\""', 'old "client"'],
    ['name="one\\\\two"', 'one\\\\two'],
    ['name="\\%22"', '\\"'],
    ['name="ends in two \\\\"', 'ends in two \\\\'],
    ['name="\uFFFD meant"', '\uFFFD meant'],
    ['name="__proto__"', '__proto__'],
    ['name="a[b][0]"', 'a[b][0]'],
    ['NAME="upper"', 'upper'],
    ['name="x"; size=12; creation-date="now"', 'x'],
    ['  name="spaces"  ', 'spaces'],
  ])('%s is a field', async (parameters, name) => {
    expect(await read([disposition(parameters)])).toEqual({
      parts: [{ kind: 'field', name, value: 'content', contentType: undefined }],
      error: null,
    })
  })

  test.each([
    ['name="f"; filename="a.png"', 'a.png'],
    ['filename="a.png"; name="f"', 'a.png'],
    ['name="f"; filename=a.png', 'a.png'],
    ['name="f"; filename=""', ''],
    ['name="f"; filename="C:\\Users\\me\\a.png"', 'C:\\Users\\me\\a.png'],
    ['name="f"; filename="\\\\server\\share\\a.png"', '\\\\server\\share\\a.png'],
    ['name="f"; filename="../../etc/passwd"', '../../etc/passwd'],
    ['name="f"; filename="a\u202Egnp.exe"', 'a\u202Egnp.exe'],
    ['name="f"; filename="kept.png"; filename*=UTF-8\'\'other.exe', 'kept.png'],
    ['name="f"; filename*="UTF-8\'\'other.exe"; filename="kept.png"', 'kept.png'],
  ])('%s is a file', async (parameters, filename) => {
    expect((await read([disposition(parameters)])).parts).toEqual([
      { kind: 'file', name: 'f', filename, contentType: undefined, content: 'content' },
    ])
  })

  test.each([
    ['name=""', 'missing_name'],
    ['name=', 'missing_name'],
    ['filename="a.png"', 'missing_name'],
    ["name*=UTF-8''a", 'missing_name'],
    ['name="a"; name="b"', 'duplicate_parameter'],
    ['name="a"; NAME="b"', 'duplicate_parameter'],
    ['name="a"; filename="b"; filename="c"', 'duplicate_parameter'],
    ['name="a"; x=1; x=2', 'duplicate_parameter'],
    ['name="a"; filename*=UTF-8\'\'only.exe', 'malformed_disposition'],
    ['name="open', 'malformed_disposition'],
    ['name="a"b', 'malformed_disposition'],
    ['name="a" filename="b"', 'malformed_disposition'],
    ['name="a";', 'malformed_disposition'],
    ['name = "a"', 'malformed_disposition'],
    ['name=a b', 'malformed_disposition'],
    ['name=ä', 'malformed_disposition'],
    ["name='a b'", 'malformed_disposition'],
    ['name="ends in one \\"', 'malformed_disposition'],
    ['name="a\\"; filename="b.exe"', 'malformed_disposition'],
    ['=a', 'malformed_disposition'],
  ])('%s is refused', async (parameters, code) => {
    expect(await read([disposition(parameters)])).toEqual({ parts: [], error: code })
  })

  test.each([
    ['a header that is no form-data', 'Content-Disposition: attachment; name="a"'],
    ['a type that only begins like form-data', 'Content-Disposition: form-data2; name="a"'],
    ['an empty header', 'Content-Disposition:'],
    ['no Content-Disposition', 'Content-Type: text/plain'],
  ])('%s is refused', async (_what, head) => {
    expect(await read([form([head, ''])])).toEqual({ parts: [], error: 'malformed_disposition' })
  })

  test('bytes that are not UTF-8 are refused in names, and in the other headers', async () => {
    for (const head of ['Content-Disposition: form-data; name="\xe4"', 'X: \xff\r\nContent-Disposition: form-data; name="a"']) {
      expect(await read([form([head, ''])])).toEqual({ parts: [], error: 'invalid_utf8' })
    }
  })

  test('a field called __proto__ changes nothing but its own part', async () => {
    const { parts } = await read([form(['Content-Disposition: form-data; name="__proto__"', '{"polluted":1}'])])
    expect(parts).toHaveLength(1)
    expect(Object.getPrototypeOf(parts[0])).toBe(Object.prototype)
    expect({}).not.toHaveProperty('polluted')
  })

  test('a header called __proto__ is an entry of the map', async () => {
    const head = 'Content-Disposition: form-data; name="a"; filename="b"\r\n__proto__: x\r\nConstructor: y'
    const { parseMultipart } = await import('./index.ts')
    const body = form([head, ''])
    const source = (async function* () {
      yield body
    })()
    const { value } = await parseMultipart(source, { boundary }).next()
    expect(value?.kind === 'file' && [...value.headers]).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })
})
