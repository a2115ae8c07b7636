import { describe, expect, it } from 'vitest'
import { lastStatus, openWire, sharedWire, uploadHead, type WireServer } from './wire-server.ts'

const server = sharedWire()

const FILE = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n'
const field = (name: string, value = 'x') => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const whole = (parts: string) => `${parts}--B--\r\n`
const withFile = (parts: string) => whole(`${parts}--B\r\n${FILE}`)

function post({ exchange }: WireServer, body: string | Uint8Array, type = 'multipart/form-data; boundary=B') {
  const bytes = Buffer.from(body as string)
  return async () => lastStatus(await exchange(uploadHead(`Content-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n`), bytes))
}

it('a plain form is taken: what follows is refused for its own sake', async () => {
  const wire = await openWire()
  expect(await post(wire, withFile(field('title')))()).toBe(201)
})

describe('threat 45: a form without its final boundary', () => {
  it('is 400, wherever it ends', async () => {
    const wire = server()
    const body = withFile(field('title'))
    // The boundary is complete with its two hyphens; RFC 2046 §5.1.1 asks for no line end behind.
    const closed = body.length - 2
    for (let end = 0; end < closed; end++) expect([end, await post(wire, body.slice(0, end))()]).toEqual([end, 400])
    await wire.refuses(post(wire, body.slice(0, -5)), 400)
    await wire.refuses(post(wire, body.slice(0, body.indexOf('content') + 3)), 400)
    await wire.refuses(post(wire, `--B\r\n${FILE}${'--B'}`), 400)
  })
  it('is 400 in chunks, and after 200 KiB of file', async () => {
    const wire = server()
    const head = uploadHead('Content-Type: multipart/form-data; boundary=B\r\nTransfer-Encoding: chunked\r\n')
    const part = `--B\r\n${FILE.replace('content\r\n', 'y'.repeat(200_000))}`
    const chunked = `${part.length.toString(16)}\r\n${part}\r\n0\r\n\r\n`
    await wire.refuses(async () => lastStatus(await wire.exchange(head, chunked)), 400)
  })
})

describe('threat 46: a part that other parsers skip', () => {
  it.each([
    ['a head and then the end', whole('--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n')],
    ['a head without its empty line', whole('--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\ncontent\r\n')],
    ['a CR within the name', withFile(`--B\r\nContent-Disposition: form-data; name="ti\rtle"\r\n\r\nx\r\n`)],
    ['a line feed within the name', withFile(`--B\r\nContent-Disposition: form-data; name="ti\ntle"\r\n\r\nx\r\n`)],
    ['a part without a head', withFile('--B\r\n\r\nx\r\n')],
    ['a part without a disposition', withFile('--B\r\nContent-Type: text/plain\r\n\r\nx\r\n')],
    [
      'an attachment instead of form data',
      whole('--B\r\nContent-Disposition: attachment; name="file"; filename="a"\r\n\r\nx\r\n'),
    ],
    ['no part at all', '--B--\r\n'],
    ['fields only', whole(field('title'))],
    ['nothing', ''],
    ['text instead of a form', 'just text'],
  ])('is 400: %s', async (_, body) => {
    const wire = server()
    await wire.refuses(post(wire, body), 400)
  })
})

describe('threat 47: a part without a usable name', () => {
  it.each([
    ['an empty one', 'name=""; filename="a.txt"'],
    ['none', 'filename="a.txt"'],
    ['only name*', `name*=UTF-8''file; filename="a.txt"`],
    ['one of blanks', 'name=" "; filename="a.txt"'],
    ['two', 'name="file"; name="title"; filename="a.txt"'],
  ])('is 400: %s', async (_, parameters) => {
    const wire = server()
    const body = whole(`--B\r\nContent-Disposition: form-data; ${parameters}\r\n\r\ncontent\r\n`)
    await wire.refuses(post(wire, body), 400)
    await wire.refuses(post(wire, withFile(`--B\r\nContent-Disposition: form-data; name=""\r\n\r\nx\r\n`)), 400)
  })
})

describe('threat 48: abuse of headers and boundaries', () => {
  const long = 'b'.repeat(256)
  it.each([
    ['80 KB of headers in a part', whole(`--B\r\nX-A: ${'y'.repeat(80_000)}\r\n${FILE}`), undefined],
    ['80 KB in thousands of header lines', whole(`--B\r\n${'X-A: y\r\n'.repeat(10_000)}${FILE}`), undefined],
    ['80 KB of headers that never end', `--B\r\nX-A: ${'y'.repeat(80_000)}`, undefined],
    ['an empty boundary', withFile(''), 'multipart/form-data; boundary='],
    ['an empty boundary in quotes', withFile(''), 'multipart/form-data; boundary=""'],
    ['no boundary', withFile(''), 'multipart/form-data'],
    ['two boundaries', withFile(''), 'multipart/form-data; boundary=B; boundary=C'],
    ['a boundary of 256 characters', withFile('').replaceAll('--B', `--${long}`), `multipart/form-data; boundary=${long}`],
    ['line feeds alone', withFile('').replaceAll('\r\n', '\n'), undefined],
    ['a line feed alone between headers', withFile('').replace('\r\nContent-Type', '\nContent-Type'), undefined],
    ['a folded header', withFile('').replace('; name', ';\r\n name'), undefined],
    ['NUL in a header', withFile('').replace('a.txt', 'a\0.txt'), undefined],
    [
      'a header twice',
      withFile('').replace('Content-Type', 'Content-Disposition: form-data; name="x"\r\nContent-Type'),
      undefined,
    ],
    ['a form within the form', withFile('').replace('text/plain', 'multipart/mixed; boundary=C'), undefined],
  ])('is 400: %s', async (_, body, type) => {
    const wire = server()
    await wire.refuses(post(wire, body, type), 400, 415)
  })
  it('before the request is a head: 400 or 431, and the connection ends', async () => {
    const wire = server()
    const tooLong = uploadHead(`X-A: ${'y'.repeat(80_000)}\r\nContent-Length: 0\r\n`)
    await wire.refuses(async () => lastStatus(await wire.exchange(tooLong)), 431)
    await wire.refuses(async () => lastStatus(await wire.exchange('POST /docs HTTP/1.1\nHost: x\r\rX: y\r\n\r\n')), 400)
    await wire.refuses(async () => lastStatus(await wire.exchange('POST /docs HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n')), 400)
  })
})

describe('threat 49: a flood of parts', () => {
  const flood = (part: string) => Buffer.from(whole(part.repeat(100_000)))
  it('of fields, before or after the file, is refused at the limit', async () => {
    const wire = server()
    await wire.refuses(post(wire, flood(field('title'))), 413)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}${field('title').repeat(100_000)}`)), 413)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}${field('tags').repeat(101)}`)), 400, 413)
  })
  it('of files, of empty parts, and of nothing but boundaries is refused', async () => {
    const wire = server()
    await wire.refuses(post(wire, flood(`--B\r\n${FILE}`)), 413)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}`.repeat(3))), 400, 413)
    await wire.refuses(post(wire, flood('--B\r\n\r\n\r\n')), 400)
    await wire.refuses(post(wire, whole('--B\r\n'.repeat(1000))), 400, 413)
  })
  it('never costs the memory of what was sent: the refusal comes while bytes are still under way', async () => {
    const wire = server()
    const socket = wire.raw()
    const parts = field('title').repeat(1000)
    socket.write(uploadHead('Content-Type: multipart/form-data; boundary=B\r\nTransfer-Encoding: chunked\r\n'))
    socket.write(`${parts.length.toString(16)}\r\n${parts}\r\n`)
    expect(lastStatus(await socket.until('HTTP/1.1 413 '))).toBe(413)
    socket.socket.destroy()
  })
})

describe('threat 50: order and duplicates', () => {
  const title = (value: string) => field('title', value)
  it('fields count wherever they stand, and one title is one title', async () => {
    const wire = await openWire()
    expect(await post(wire, whole(`--B\r\n${FILE}${title('late')}`))()).toBe(201)
    expect((await wire.send('/docs')).json.items).toMatchObject([{ title: 'late', filename: 'a.txt' }])
    await wire.refuses(post(wire, whole(`${title('one')}--B\r\n${FILE}${title('two')}`)), 400)
    await wire.refuses(post(wire, withFile(title('one') + title('one'))), 400)
  })
  it('two files are 400, also when the second has no content or another name', async () => {
    const wire = server()
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}--B\r\n${FILE}`)), 400)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}--B\r\n${FILE.replace('content', '')}`)), 400)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}--B\r\n${FILE.replace('"file"', '"other"')}`)), 400)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE.replace('"file"', '"other"')}`)), 400)
  })
  it('a file where text is meant, and text where the file is meant, are 400', async () => {
    const wire = server()
    await wire.refuses(post(wire, whole(field('file'))), 400)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}${field('file')}`)), 400)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE.replace('"file"', '"title"')}`)), 400)
  })
  it('a late field that is wrong takes the stored file back', async () => {
    const wire = server()
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}${field('weight', 'heavy')}`)), 422)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}${field('visibility', 'all')}`)), 422)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}${field('metadata', '{')}`)), 422)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}${field('unknown')}`)), 400)
  })
})

describe('threat 51: names that other parsers nest', () => {
  it.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '__proto__[polluted]',
    'constructor[prototype][polluted]',
    'fields[topic]',
    'metadata[a]',
    'metadata.polluted',
    'tags[4294967296]',
    'tags[__proto__]',
    `a${'[]'.repeat(100)}`,
    `a${'[b]'.repeat(200)}`,
    'fields[__proto__][polluted]',
  ])('is 400: %s', async name => {
    const wire = server()
    await wire.refuses(post(wire, withFile(field(name, 'polluted'))), 400)
    await wire.refuses(post(wire, whole(`--B\r\n${FILE}${field(name, 'polluted')}`)), 400)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
  it('in JSON fields pollutes nothing either', async () => {
    const wire = await openWire()
    for (const json of ['{"__proto__":{"polluted":1}}', '{"a":{"__proto__":{"polluted":1}}}', '{"\\u005f_proto__":{"x":1}}']) {
      await wire.refuses(post(wire, withFile(field('metadata', json))), 422)
    }
    const harmless = '{"constructor":{"prototype":{"polluted":1}}}'
    expect(await post(wire, withFile(field('metadata', harmless)))()).toBe(201)
    expect((await wire.send('/docs')).json.items[0].metadata).toEqual(JSON.parse(harmless))
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
