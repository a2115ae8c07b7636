import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineKind } from '@stowage/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { file, form } from '../../form.ts'
import { alice, docs, openWire, sharedWire, type WireServer } from './wire-server.ts'

/** Every way in which a sender may name a file. */
const doors = ['form', 'field', 'query', 'header', 'patch', 'replace'] as const
type Door = (typeof doors)[number]

async function nameBy(wire: WireServer, door: Door, name: string): Promise<{ status: number; filename?: string; id?: string }> {
  const extended = `attachment; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`
  const text = { ...alice, 'content-type': 'text/plain' }
  const asked = async () => {
    if (door === 'form') return post(wire, form(file('x', escaped(name))))
    if (door === 'field') return post(wire, form({ name: 'filename', value: name }, file('x')))
    if (door === 'query') {
      return wire.send(`/docs?filename=${encodeURIComponent(name.toWellFormed())}`, { method: 'POST', headers: text, body: 'x' })
    }
    if (door === 'header') {
      return wire.send('/docs', { method: 'POST', headers: { ...text, 'content-disposition': extended }, body: 'x' })
    }
    const { id } = await wire.upload('x')
    if (door === 'replace') {
      return wire.send(`/docs/${id}/content`, { method: 'PUT', headers: { ...text, 'content-disposition': extended }, body: 'y' })
    }
    const patch = { ...alice, 'content-type': 'application/merge-patch+json' }
    return wire.send(`/docs/${id}`, { method: 'PATCH', headers: patch, body: JSON.stringify({ filename: name }) })
  }
  const { status, json } = await asked()
  return { status, filename: json?.filename, id: json?.id }
}

const post = (wire: WireServer, { headers, body }: ReturnType<typeof form>) =>
  wire.send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })

/** As browsers write names into a form's headers. */
const escaped = (name: string) => name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')

/** Each object lies where a random key says, below the storage's root, and nothing else was written. */
async function expectOnlyRandomKeys(wire: WireServer): Promise<void> {
  const keys = (await wire.storage.list()).objects.map(({ key }) => key)
  expect(keys.filter(key => !/^[a-z0-9]{2}\/[a-z0-9]{30}$/.test(key))).toEqual([])
  const names = await readdir(join(wire.root, 'objects'))
  expect(names.filter(name => !/^([a-z0-9]{2}|\.stowage)$/.test(name))).toEqual([])
}

const TRAVERSALS = [
  '../../canary',
  '..\\..\\canary',
  '../canary',
  'a/../../canary',
  '/etc/passwd',
  '//host/share/canary',
  'C:\\Windows\\canary',
  '\\\\host\\share\\canary',
  '%2e%2e%2fcanary',
  '%252e%252e%252fcanary',
  '..%c0%afcanary',
  'file:///etc/passwd',
  '~/canary',
  '.',
  '..',
  './',
  '.htaccess',
  'canary/',
]

describe.each(doors)('a name that comes by %s', door => {
  const server = sharedWire()

  it('threat 20: paths are for display only, or 400', async () => {
    const wire = server()
    for (const name of TRAVERSALS) {
      const { status, filename } = await nameBy(wire, door, name)
      expect([name, status < 300 || status === 400]).toEqual([name, true])
      if (status < 300) expect(filename).toMatch(/^(?!\.{1,2}$)[^/\\]+$/)
    }
    await expectOnlyRandomKeys(wire)
    expect(await readFile(join(wire.sandbox, 'canary'), 'utf8')).toBe('alive')
  })

  it('threat 21: controls, direction overrides, zero-width characters: 400, or cleaned', async () => {
    const wire = server()
    const nasty = fc.constantFrom(
      '\0',
      '\r',
      '\n',
      '\t',
      '\x1b',
      '\x7f',
      '\x85',
      '\x9f',
      '\u202e',
      '\u2066',
      '\u200f',
      '\u061c',
      '\ud800',
    )
    const invisible = fc.constantFrom('\u200b', '\u200d', '\u2060', '\ufeff')
    const word = fc.stringMatching(/^[a-z]{1,8}$/)
    const name = fc.tuple(word, fc.oneof(nasty, invisible), word).map(pieces => `${pieces.join('')}.txt`)
    await fc.assert(
      fc.asyncProperty(name, async given => {
        const { status, filename = '' } = await nameBy(wire, door, given)
        expect([200, 201, 400]).toContain(status)
        expect(filename).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        if (/\p{Cc}|[\u202e\u2066\u200f\u061c]/u.test(given)) expect(status).toBe(400)
      }),
      { numRuns: 15, seed: 21 },
    )
    await expectOnlyRandomKeys(wire)
  })

  it('threat 22: names of any length: 400, or cut at a code point', async () => {
    const wire = server()
    for (const [name, end] of [
      [`${'a'.repeat(300)}.txt`, '.txt'],
      [`${'é'.repeat(255)}.txt`, '.txt'],
      [`${'😀'.repeat(64)}.txt`, '.txt'],
      ['😀'.repeat(100), '😀'],
      [`a.${'b'.repeat(400)}`, 'b'],
      [`${'a'.repeat(255)}`, 'a'],
    ] as const) {
      const { status, filename = '' } = await nameBy(wire, door, name)
      expect([name, status < 300]).toEqual([name, true])
      expect(Buffer.byteLength(filename)).toBeLessThanOrEqual(255)
      expect([filename.isWellFormed(), filename.endsWith(end)]).toEqual([true, true])
    }
    const inHead = ['query', 'header', 'replace'].includes(door)
    // Heads of requests end at 16 KiB; those of parts and the other texts have limits of their own.
    for (const name of ['a'.repeat(5000), ...(inHead ? [] : ['é'.repeat(65_536)])]) {
      expect([400, 413, 422]).toContain((await nameBy(wire, door, name)).status)
    }
  })

  it('threat 23: names that Windows cannot hold are safe', async () => {
    const wire = server()
    for (const name of [
      'CON',
      'nul.txt',
      'COM1',
      'a:b',
      'a.txt::$DATA',
      'trailing.',
      'trailing ',
      'a|b',
      'a<b>c',
      'a?b*c',
      '$MFT',
    ]) {
      const { status, filename, id } = await nameBy(wire, door, name)
      expect([name, status < 300, filename]).toEqual([name, true, name.trim()])
      expect((await wire.send(`/docs/${id}/content`)).status).toBe(200)
    }
    await expectOnlyRandomKeys(wire)
  })
})

describe('threat 24: names that look alike', () => {
  const alike = ['caf\u00e9.txt', 'cafe\u0301.txt', 'CAF\u00c9.txt', 'caf\u0435.txt', 'Caf\u00e9.TXT']
  it('are assets of their own, each with its bytes', async () => {
    const wire = await openWire()
    const ids = []
    for (const name of [...alike, ...alike]) ids.push((await wire.upload(`bytes ${ids.length}`, 'text/plain', name)).id)
    for (const [index, id] of ids.entries()) {
      expect((await wire.send(`/docs/${id}`)).json.filename).toBe(alike[index % alike.length])
      expect((await wire.send(`/docs/${id}/content`)).text).toBe(`bytes ${index}`)
    }
  })
  it('where names are unique, too', async () => {
    const wire = await openWire({
      kind: defineKind({ ...docs, filenames: 'unique' }),
      profile: { paths: { content: 'GET /files/:filename' } },
    })
    for (const [index, name] of alike.entries()) await wire.upload(`bytes ${index}`, 'text/plain', name)
    for (const [index, name] of alike.entries()) {
      expect((await wire.send(`/files/${encodeURIComponent(name)}`)).text).toBe(`bytes ${index}`)
    }
    expect((await wire.upload('again', 'text/plain', alike[0])).filename).toMatch(/^caf\u00e9-[0-9a-f]{8}\.txt$/)
  })
})

describe('threat 25: parameters that parsers read differently', () => {
  const server = sharedWire()
  const upload = async (parameters: string) => {
    const body = `--B\r\nContent-Disposition: form-data; name="file"${parameters}\r\n\r\nx\r\n--B--\r\n`
    return server().send('/docs', {
      method: 'POST',
      headers: { ...alice, 'content-type': 'multipart/form-data; boundary=B' },
      body,
    })
  }
  it.each([
    ['; filename="seen.txt"', 'seen.txt'],
    [`; filename="seen.txt"; filename*=UTF-8''hidden.php`, 'seen.txt'],
    [`; filename*=UTF-8''hidden.php; filename="seen.txt"`, 'seen.txt'],
    ['; FileName="seen.txt"', 'seen.txt'],
    ['; filename=seen.txt', 'seen.txt'],
    ['; filename="se\\"en.txt"', 'se"en.txt'],
    ['; filename="a; filename=b.php"', 'a; filename=b.php'],
    ['; filename="a%22; filename=%22b.php"', 'a"; filename="b.php'],
    ['; filename="%73een.txt"', '%73een.txt'],
  ])('%s is kept as %s', async (parameters, kept) => {
    const { status, json } = await upload(parameters)
    expect([status, json.filename]).toEqual([201, kept])
    expect((await server().send(`/docs/${json.id}`)).json.filename).toBe(kept)
  })
  it.each([
    '; filename="a.txt"; filename="b.php"',
    '; filename=a.txt; FILENAME="b.php"',
    `; filename*=UTF-8''b.php`,
    `; filename*0="a"; filename*1=".php"`,
    '; filename="a.txt',
    '; filename="a.txt"b.php',
    '; filename',
    '; filename="a.txt";',
    '; filename==?utf-8?B?Yi5waHA=?= x',
    '; name="title"; filename="a.txt"',
  ])('%s is 400', async parameters => {
    await server().refuses(async () => (await upload(parameters)).status, 400)
  })
  it.each([
    [`attachment; filename="a.txt"; filename*=UTF-8''b.txt`, 'b.txt'],
    [`attachment; filename*=UTF-8''b.txt; filename="a.txt"`, 'b.txt'],
    ['attachment; filename="a.txt"', 'a.txt'],
  ])('of a raw upload, RFC 6266 decides: %s', async (disposition, kept) => {
    const headers = { ...alice, 'content-type': 'text/plain', 'content-disposition': disposition }
    const { status, json } = await server().send('/docs', { method: 'POST', headers, body: 'x' })
    expect([status, json.filename]).toEqual([201, kept])
  })
})

describe('threat 29: what a download is called', () => {
  const server = sharedWire()
  it('is one header that says exactly the name, whatever the name', { timeout: 60_000 }, async () => {
    const wire = server()
    const { id } = await wire.upload('x')
    const unit = fc.oneof(
      fc.constantFrom('"', '\\', ';', '%', "'", '*', '=', ',', ' ', 'Ж', 'é', '😀', '\u2028'),
      fc.string({ unit: 'grapheme', maxLength: 2 }),
    )
    const names = fc.array(unit, { minLength: 1, maxLength: 12 }).map(pieces => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(names, async name => {
        const headers = { ...alice, 'content-type': 'application/json' }
        const renamed = await wire.send(`/docs/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ filename: name }) })
        expect([200, 400]).toContain(renamed.status)
        const { status, headers: served } = await wire.send(`/docs/${id}/content?download`)
        expect(status).toBe(200)
        const kept = (await wire.send(`/docs/${id}`)).json.filename
        expect(readName(served.get('content-disposition') ?? '')).toBe(kept)
      }),
      { numRuns: 60, seed: 29 },
    )
  })

  it.each(['a"; filename="evil.exe', 'a\\"; x="', 'Отчёт за год.pdf', 'a\u2028b', '%0d%0aSet-Cookie: a=b', "a'b''c", '😀.png'])(
    'cannot become another header: %s',
    async name => {
      const wire = server()
      const { id } = await wire.upload('x', 'text/plain', escaped(name))
      const received = await wire.exchange(`GET /docs/${id}/content?download HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      const lines = received.slice(0, received.indexOf('\r\n\r\n')).split('\r\n')
      expect(lines[0]).toBe('HTTP/1.1 200 OK')
      const named = lines.filter(line => /^content-disposition:/i.test(line))
      expect(named).toHaveLength(1)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the point is that there are none
      expect(named[0]).toMatch(/^[^\x00-\x1f\x7f-\uffff]*$/)
      expect(received).not.toMatch(/\r\nset-cookie/i)
      expect(
        createHash('sha256')
          .update(received.split('\r\n\r\n')[1] ?? '')
          .digest('hex'),
      ).toBe(createHash('sha256').update('x').digest('hex'))
    },
  )
})

/** The name that a client reads which follows RFC 6266 and RFC 8187 to the letter. */
function readName(header: string): string {
  const form = /^attachment; filename="([^"\\]*)"(?:; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+))?$/.exec(header)
  if (form === null) throw new Error(`Not a Content-Disposition: ${header}`)
  return form[2] === undefined ? (form[1] as string) : decodeURIComponent(form[2])
}
