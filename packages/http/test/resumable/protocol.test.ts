import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { as } from '../open-api.ts'
import { rawSocket } from '../raw-socket.ts'
import { sendByHttp } from '../transports.ts'
import { BYTES, metadata, serveTus, TUS } from './tus-server.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 60_000 })

const AT = '/notes/uploads/resumable'
const TEXT = 'what is sent in pieces, and comes out whole'
const length = TEXT.length
const NONE = `${AT}/${'0'.repeat(32)}`

describe('the core of tus 1.0', () => {
  it('OPTIONS says what is spoken, whatever version it is asked in, and to whom', async () => {
    const { port } = await serveTus()
    for (const headers of [{}, { 'tus-resumable': '0.2.2' }]) {
      const { status, headers: told, text } = await sendByHttp(port, AT, { method: 'OPTIONS', headers })
      expect([status, text]).toEqual([204, ''])
      expect(told.get('tus-version')).toBe('1.0.0')
      expect(told.get('tus-extension')?.split(',')).toEqual(
        expect.arrayContaining([
          'creation',
          'creation-with-upload',
          'creation-defer-length',
          'checksum',
          'termination',
          'expiration',
        ]),
      )
      expect(told.get('tus-extension')).not.toContain('concatenation')
      expect(Number(told.get('tus-max-size'))).toBeGreaterThan(0)
      expect(told.get('tus-checksum-algorithm')).toBe('sha256,sha1,md5,crc32')
    }
  })

  it('HEAD tells offset and length, is kept by no cache, and has no offset for what is not there', async () => {
    const { tus, begin, patch } = await serveTus()
    const at = await begin(length, metadata({ filename: 'a.txt', filetype: 'text/plain', mine: 'x' }))
    const fresh = await tus('HEAD', at)
    expect([fresh.status, fresh.text]).toEqual([200, ''])
    expect(Object.fromEntries(fresh.headers)).toMatchObject({
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'upload-length': String(length),
      'cache-control': 'no-store',
      ...metadata({ filename: 'a.txt', filetype: 'text/plain', mine: 'x' }),
    })
    expect(fresh.headers.get('upload-defer-length')).toBe(null)
    await patch(at, 0, TEXT)
    const done = await tus('HEAD', at)
    expect([done.status, done.headers.get('upload-offset'), done.headers.get('upload-length')]).toEqual([
      200,
      String(length),
      String(length),
    ])
    const none = await tus('HEAD', NONE)
    expect([none.status, none.headers.get('upload-offset'), none.headers.get('tus-resumable')]).toEqual([404, null, '1.0.0'])
  })

  it('PATCH moves the offset, and the last one makes the asset', async () => {
    const { tus, begin, patch, port } = await serveTus()
    const at = await begin(length, metadata({ filename: 'a.txt', filetype: 'text/plain', title: 'Über', tags: '["a","b"]' }))
    const first = await patch(at, 0, TEXT.slice(0, 10))
    expect([first.status, first.text, first.headers.get('upload-offset'), first.headers.get('tus-resumable')]).toEqual([
      204,
      '',
      '10',
      '1.0.0',
    ])
    expect(first.headers.get('stowage-asset')).toBe(null)
    const last = await patch(at, 10, TEXT.slice(10))
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, String(length)])
    const id = last.headers.get('stowage-asset')
    expect(last.headers.get('content-location')).toBe(`https://assets.example.com/notes/${id}`)
    const asset = await sendByHttp(port, `/notes/${id}`, { headers: as('alice') })
    expect(asset.json).toMatchObject({
      filename: 'a.txt',
      contentType: 'text/plain',
      title: 'Über',
      tags: ['a', 'b'],
      sha256: createHash('sha256').update(TEXT).digest('hex'),
    })
    expect((await sendByHttp(port, `/notes/${id}/content`, { headers: as('alice') })).text).toBe(TEXT)
    expect((await tus('HEAD', at)).headers.get('stowage-asset')).toBe(id)
  })

  it.each([
    ['another type', { 'content-type': 'application/octet-stream' }, 415],
    ['no type', { 'content-type': '' }, 415],
    ['another offset', { 'upload-offset': '1' }, 409],
    ['an offset that is none', { 'upload-offset': '-1' }, 400],
    ['an offset with a sign', { 'upload-offset': '+0' }, 400],
    ['another length than before', { 'upload-length': '7' }, 400],
    ['an algorithm that nobody knows', { 'upload-checksum': 'sha9 AAAA' }, 400],
    ['a checksum that is none', { 'upload-checksum': 'sha1 AAAA' }, 400],
  ])('PATCH with %s changes nothing', async (_what, headers, status) => {
    const { begin, patch, offset } = await serveTus()
    const at = await begin(length)
    const refused = await patch(at, 0, TEXT, headers)
    expect([refused.status, refused.headers.get('tus-resumable')]).toEqual([status, '1.0.0'])
    expect(await offset(at)).toBe(0)
  })

  it('PATCH of what is not there is 404, and without an offset 400', async () => {
    const { begin, patch, tus } = await serveTus()
    expect((await patch(NONE, 0, TEXT)).status).toBe(404)
    expect((await patch(`${AT}/..%2F..%2Fetc`, 0, TEXT)).status).toBe(404)
    expect((await tus('PATCH', await begin(5), { 'content-type': BYTES }, 'hello')).status).toBe(400)
  })

  it('another version is refused with the one that is spoken, and not looked at', async () => {
    const { begin, port, offset } = await serveTus()
    const at = await begin(length)
    for (const version of [{ 'tus-resumable': '0.2.2' }, {}]) {
      for (const [method, path] of [
        ['POST', AT],
        ['HEAD', at],
        ['PATCH', at],
        ['DELETE', at],
      ] as const) {
        const headers = { ...as('alice'), ...version, 'upload-length': '5', 'upload-offset': '0', 'content-type': BYTES }
        const body = method === 'PATCH' ? { body: TEXT } : {}
        const refused = await sendByHttp(port, path, { method, headers, ...body })
        expect([method, refused.status, refused.headers.get('tus-version')]).toEqual([method, 412, '1.0.0'])
      }
    }
    expect(await offset(at)).toBe(0)
  })

  it('X-HTTP-Method-Override is the method', async () => {
    const { begin, tus, offset } = await serveTus()
    const at = await begin(length)
    const override = (method: string) => ({ 'x-http-method-override': method })
    const patched = await tus('POST', at, { ...override('PATCH'), 'content-type': BYTES, 'upload-offset': '0' }, TEXT.slice(0, 4))
    expect([patched.status, patched.headers.get('upload-offset')]).toEqual([204, '4'])
    expect((await tus('POST', at, override('HEAD'))).headers.get('upload-offset')).toBe('4')
    expect((await tus('POST', at)).status).toBe(405)
    expect((await tus('POST', at, override('PUT'))).status).toBe(405)
    expect(await offset(at)).toBe(4)
    expect((await tus('POST', at, override('DELETE'))).status).toBe(204)
    expect((await tus('HEAD', at)).status).toBe(404)
  })

  it('what came of a broken request is kept', async () => {
    const { begin, port, offset, patch } = await serveTus()
    const at = await begin(length)
    const { socket, write, until, ended } = rawSocket(port)
    const bytes = { 'content-type': BYTES, 'upload-offset': '0', 'content-length': `${length}`, expect: '100-continue' }
    const head = { host: 'x', ...as('alice'), ...TUS, ...bytes }
    write(
      `PATCH ${at} HTTP/1.1\r\n${Object.entries(head)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    )
    await until('100 Continue')
    write(TEXT.slice(0, 12))
    socket.end()
    await ended
    expect(await offset(at)).toBe(12)
    expect((await patch(at, 12, TEXT.slice(12))).headers.get('stowage-asset')).not.toBe(null)
  })
})

describe('creation', () => {
  it('answers 201 with where the bytes go, and when that ends', async () => {
    const { tus } = await serveTus()
    const { status, headers } = await tus('POST', AT, { 'upload-length': '5' })
    expect(status).toBe(201)
    expect(headers.get('location')).toMatch(/^https:\/\/assets\.example\.com\/notes\/uploads\/resumable\/[0-9a-f]{32}$/)
    expect(Date.parse(headers.get('upload-expires') ?? '')).toBeGreaterThan(0)
    expect(headers.get('upload-expires')).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
  })

  it.each([
    ['no length', {}, 400],
    ['both lengths', { 'upload-length': '5', 'upload-defer-length': '1' }, 400],
    ['a length that is none', { 'upload-length': 'many' }, 400],
    ['a wrong word for later', { 'upload-defer-length': '0' }, 400],
    ['a length that is too large', { 'upload-length': '999999999999' }, 413],
    ['no bytes', { 'upload-length': '0' }, 422],
    ['metadata that is no Base64', { 'upload-length': '5', 'upload-metadata': 'filename !!' }, 400],
    ['metadata twice', { 'upload-length': '5', 'upload-metadata': 'title YQ==,title YQ==' }, 400],
    ['metadata that is no text', { 'upload-length': '5', 'upload-metadata': 'title gA==' }, 400],
    ['metadata that can’t be', { 'upload-length': '5', ...metadata({ visibility: 'nobody' }) }, 422],
  ])('with %s is refused', async (_what, headers, status) => {
    const { tus } = await serveTus()
    const refused = await tus('POST', AT, headers)
    expect([refused.status, refused.headers.get('location')]).toEqual([status, null])
  })

  it('with upload takes the bytes that come along', async () => {
    const { tus } = await serveTus()
    const some = await tus('POST', AT, { 'upload-length': String(length), 'content-type': BYTES }, TEXT.slice(0, 7))
    expect([some.status, some.headers.get('upload-offset')]).toEqual([201, '7'])
    const all = await tus('POST', AT, { 'upload-length': String(length), 'content-type': BYTES }, TEXT)
    expect([all.status, all.headers.get('upload-offset')]).toEqual([201, String(length)])
    expect(all.headers.get('stowage-asset')).not.toBe(null)
    expect((await tus('POST', AT, { 'upload-length': String(length), 'content-type': 'text/plain' }, TEXT)).status).toBe(415)
  })

  it('may leave the length for later, once', async () => {
    const { tus, begin, patch } = await serveTus()
    const at = await begin(null)
    const fresh = await tus('HEAD', at)
    expect([fresh.headers.get('upload-defer-length'), fresh.headers.get('upload-length')]).toEqual(['1', null])
    await patch(at, 0, TEXT.slice(0, 9))
    expect((await patch(at, 9, TEXT.slice(9, 10), { 'upload-length': String(length) })).status).toBe(204)
    const known = await tus('HEAD', at)
    expect([known.headers.get('upload-defer-length'), known.headers.get('upload-length')]).toEqual([null, String(length)])
    expect((await patch(at, 10, TEXT.slice(10), { 'upload-length': '100' })).status).toBe(400)
    expect((await patch(at, 10, TEXT.slice(10))).headers.get('stowage-asset')).not.toBe(null)
  })
})

describe('checksum', () => {
  const of = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('base64')
  const crc = Buffer.alloc(4)
  crc.writeUInt32BE(crc32(TEXT))

  it.each([
    ['sha1', of('sha1', TEXT)],
    ['sha256', of('sha256', TEXT)],
    ['md5', of('md5', TEXT)],
    ['crc32', crc.toString('base64')],
  ])('by %s holds, or nothing is kept', async (algorithm, digest) => {
    const { begin, patch, offset } = await serveTus()
    const at = await begin(length)
    const checksum = { 'upload-checksum': `${algorithm} ${digest}` }
    expect((await patch(at, 0, TEXT.toUpperCase(), checksum)).status).toBe(460)
    expect(await offset(at)).toBe(0)
    expect((await patch(at, 0, TEXT, checksum)).headers.get('stowage-asset')).not.toBe(null)
  })
})

describe('termination and expiration', () => {
  it('DELETE ends it for good', async () => {
    const { tus, begin, patch } = await serveTus()
    const at = await begin(length)
    await patch(at, 0, TEXT.slice(0, 5))
    const gone = await tus('DELETE', at)
    expect([gone.status, gone.text, gone.headers.get('tus-resumable')]).toEqual([204, '', '1.0.0'])
    for (const method of ['HEAD', 'DELETE']) expect((await tus(method, at)).status).toBe(404)
    expect((await patch(at, 5, TEXT.slice(5))).status).toBe(404)
  })

  it('says when it ends until the asset is there, and 410 once it was refused', async () => {
    const { tus, begin, patch, port } = await serveTus()
    const at = await begin(length, metadata({ sha256: '0'.repeat(64) }))
    expect((await patch(at, 0, TEXT.slice(0, 5))).headers.get('upload-expires')).toMatch(/GMT$/)
    const refused = await patch(at, 5, TEXT.slice(5))
    expect([refused.status, refused.json.code]).toEqual([422, 'checksum_mismatch'])
    const after = await tus('HEAD', at)
    expect([after.status, after.headers.get('upload-offset')]).toEqual([410, null])
    const told = await sendByHttp(port, at, { headers: as('alice') })
    expect(told.json).toMatchObject({ state: 'failed', offsetBytes: length, sizeBytes: length, asset: null })
    expect(told.json.error).toContain('SHA-256')
    const good = await begin(length)
    expect((await patch(good, 0, TEXT)).headers.get('upload-expires')).toBe(null)
  })
})

describe('a resumable upload', () => {
  it('can be looked at as JSON', async () => {
    const { begin, patch, port } = await serveTus()
    const at = await begin(length)
    const open = await sendByHttp(port, at, { headers: as('alice') })
    expect(open.headers.get('cache-control')).toBe('private, no-store')
    expect(open.json).toEqual({
      id: at.split('/').at(-1),
      state: 'open',
      offsetBytes: 0,
      sizeBytes: length,
      expiresAt: expect.stringMatching(/Z$/),
      asset: null,
      error: null,
    })
    await patch(at, 0, TEXT)
    expect((await sendByHttp(port, at, { headers: as('alice') })).json).toMatchObject({
      state: 'done',
      asset: { sizeBytes: length, url: expect.stringContaining('/content') },
    })
  })

  it('threat 59: is nobody else’s, whatever of it they know, and lies change nothing', async () => {
    const { begin, patch, offset, port, objects } = await serveTus()
    const at = await begin(length)
    await patch(at, 0, TEXT.slice(0, 10))
    for (const who of [as('bob'), {}]) {
      const status = 'authorization' in who ? 404 : 401
      for (const method of ['GET', 'HEAD', 'DELETE']) {
        expect((await sendByHttp(port, at, { method, headers: { ...TUS, ...who } })).status).toBe(status)
      }
      const headers = { ...TUS, ...who, 'content-type': BYTES, 'upload-offset': '10' }
      expect((await sendByHttp(port, at, { method: 'PATCH', headers, body: 'evil' })).status).toBe(status)
    }
    for (const lie of ['0', '9', '11', '43', '999999999999999']) {
      const { status } = await patch(at, 10, 'evil', { 'upload-offset': lie })
      expect([lie, status]).toEqual([lie, 409])
    }
    for (const id of ['..', '%2e%2e', '..%2f..%2fnotes', '%00', 'x'.repeat(500), `${at.split('/').at(-1)}%20`]) {
      expect([
        id,
        (await sendByHttp(port, `${AT}/${id}`, { method: 'HEAD', headers: { ...TUS, ...as('alice') } })).status,
      ]).toEqual([id, 404])
    }
    expect((await patch(at, 10, 'too much of it'.repeat(10))).status).toBe(413)
    expect(await offset(at)).toBe(10)
    const both = await Promise.all([patch(at, 10, TEXT.slice(10)), patch(at, 10, TEXT.slice(10).toUpperCase())])
    const made = both.filter(({ status }) => status === 204)
    expect(made.length).toBeGreaterThanOrEqual(1)
    expect(both.every(({ status }) => status === 204 || status === 409)).toBe(true)
    expect(await objects()).toBe(1)
  })
})
