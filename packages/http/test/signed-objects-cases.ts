import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type OpenSigned, openSigned, pathOf } from './open-signed.ts'
import type { Transport } from './transports.ts'

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const flipped = (char: string) => (char === 'A' ? 'B' : 'A')

/** What signed URLs do on every server. */
export function signedObjectsCases(transport: Transport): void {
  const open = (options: OpenSigned = {}) => openSigned(transport, options)

  describe(`signed GET on ${transport.name}`, () => {
    it('answers the bytes, with the headers that were signed and those that keep scripts out', async () => {
      const { storage, follow, signGet } = await open()
      await storage.put('a/ö %.html', Buffer.from('hello'))
      const contentDisposition = 'attachment; filename="e.html"; filename*=UTF-8\'\'%C3%A9.html'
      const signed = await signGet('a/ö %.html', { contentType: 'text/html; charset=utf-8', contentDisposition })
      const { status, headers, text } = await follow(signed)
      expect([status, text]).toEqual([200, 'hello'])
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-disposition': contentDisposition,
        'content-length': '5',
        'accept-ranges': 'bytes',
        'cache-control': 'private, no-store, no-transform',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'referrer-policy': 'no-referrer',
      })
      const head = await follow(signed, { method: 'HEAD' })
      expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', headers.get('etag')])
      expect(head.headers.get('content-length')).toBe('5')
    })

    it('downloads what no signature calls harmless', async () => {
      const { storage, follow, signGet } = await open()
      await storage.put('x', Buffer.from('<script>'))
      const of = async (contentType?: string) => {
        const { headers } = await follow(await signGet('x', contentType === undefined ? {} : { contentType }))
        return [headers.get('content-type'), headers.get('content-disposition')]
      }
      expect(await of()).toEqual(['application/octet-stream', 'attachment'])
      expect(await of('text/html')).toEqual(['text/html', 'attachment'])
      expect(await of('image/png')).toEqual(['image/png', 'inline'])
    })

    it('sends headers beyond ASCII as UTF-8', async () => {
      const { storage, follow, signGet } = await open()
      await storage.put('x', Buffer.from('x'))
      const { headers } = await follow(await signGet('x', { contentDisposition: 'inline; filename="€.txt"' }))
      expect(Buffer.from(headers.get('content-disposition') ?? '', 'latin1').toString()).toBe('inline; filename="€.txt"')
    })

    it('answers ranges and conditions', async () => {
      const { storage, follow, signGet } = await open()
      const bytes = randomBytes(300_000)
      const { etag } = await storage.put('big', bytes)
      const signed = await signGet('big')
      const get = async (headers: Record<string, string>, method = 'GET') => {
        const answer = await follow(signed, { method, headers })
        return [answer.status, answer.headers.get('content-range'), sha256(answer.bytes)]
      }
      expect(await get({})).toEqual([200, null, sha256(bytes)])
      expect(await get({ range: 'bytes=5-200004' })).toEqual([206, 'bytes 5-200004/300000', sha256(bytes.subarray(5, 200_005))])
      expect(await get({ range: 'bytes=-3' })).toEqual([206, 'bytes 299997-299999/300000', sha256(bytes.subarray(-3))])
      expect(await get({ range: 'bytes=0-1', 'if-range': '"other"' })).toEqual([200, null, sha256(bytes)])
      expect((await get({ range: 'bytes=300000-' })).slice(0, 2)).toEqual([416, 'bytes */300000'])
      expect(await get({ 'if-none-match': etag, range: 'bytes=0-1' })).toEqual([304, null, sha256('')])
      expect(await get({ range: 'bytes=0-1' }, 'HEAD')).toEqual([200, null, sha256('')])
      expect((await get({ 'if-match': '"other"' }))[0]).toBe(412)
    })

    it('sends nothing of an empty object, and 404 of none', async () => {
      const { storage, follow, signGet } = await open()
      await storage.put('empty', new Uint8Array(0))
      const empty = await follow(await signGet('empty'), { headers: { range: 'bytes=0-' } })
      expect([empty.status, empty.headers.get('content-length'), empty.text]).toEqual([200, '0', ''])
      for (const method of ['GET', 'HEAD']) expect((await follow(await signGet('none'), { method })).status).toBe(404)
    })

    it('may be kept for less than its URL lives', async () => {
      const { storage, clock, follow, signGet } = await open({ maxAgeSeconds: 30 })
      await storage.put('x', Buffer.from('x'))
      const signed = await signGet('x')
      const kept = async () => (await follow(signed)).headers.get('cache-control')
      expect(await kept()).toBe('private, max-age=30, no-transform')
      await clock.advance(40_500)
      expect(await kept()).toBe('private, max-age=19, no-transform')
      await clock.advance(18_600)
      expect(await kept()).toBe('private, no-store, no-transform')
    })
  })

  describe(`signed PUT on ${transport.name}`, () => {
    it('stores a new object, then replaces it', async () => {
      const { follow, signPut, text, storage } = await open()
      const signed = await signPut('in/new', { contentType: 'image/png', sizeBytes: 5 })
      const made = await follow(signed, { body: 'hello' })
      expect([made.status, made.headers.get('etag'), made.text]).toEqual([201, (await storage.head('in/new'))?.etag, ''])
      const replaced = await follow(signed, { body: 'HELLO' })
      expect([replaced.status, replaced.headers.get('etag')]).toEqual([204, (await storage.head('in/new'))?.etag])
      expect(await text('in/new')).toBe('HELLO')
      expect((await follow(await signPut('empty'), { body: '' })).status).toBe(201)
    })

    it.each([
      ['a longer body', { sizeBytes: 5 }, { body: 'hello!' }, 403],
      ['a shorter body', { sizeBytes: 5 }, { body: 'hell' }, 403],
      ['no body', { sizeBytes: 5 }, { body: '' }, 403],
      ['another type', { contentType: 'image/png' }, { body: 'x', headers: { 'content-type': 'text/html' } }, 403],
      ['another digest', { checksum: { algorithm: 'sha256', value: sha256('hello') } }, { body: 'hellO' }, 422],
      ['a digest that it announces and has not', {}, { body: 'x', headers: { 'repr-digest': digestHeader('y') } }, 422],
      [
        'an announced digest that was not signed',
        { checksum: { algorithm: 'sha256', value: sha256('y') } },
        { body: 'x', headers: { 'content-digest': digestHeader('x') } },
        422,
      ],
      ['an encoded body', {}, { body: 'x', headers: { 'content-encoding': 'gzip' } }, 415],
      ['a part of the whole', {}, { body: 'x', headers: { 'content-range': 'bytes 0-0/9' } }, 400],
      ['a condition that storage cannot keep', {}, { body: 'x', headers: { 'if-match': '"1"' } }, 501],
      ['more than is taken of anyone', {}, { body: 'x'.repeat(101) }, 413],
    ] as const)('refuses %s, and stores nothing', async (_, signing, sent, status) => {
      const { follow, signPut, files, logged } = await open({ maxBytes: 100 })
      const answer = await follow(await signPut('in', signing), sent)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json'])
      expect(await files()).toEqual([])
      // Whoever sends it is at fault, and fills no error log.
      expect(logged).toEqual([expect.stringMatching(/^request refused /)])
    })

    it('takes what has exactly the length and digest that were signed', async () => {
      const { follow, signPut, text } = await open({ maxBytes: 5 })
      const signed = await signPut('in', { sizeBytes: 5, checksum: { algorithm: 'sha256', value: sha256('hello') } })
      expect((await follow(signed, { body: 'hello', headers: { 'content-digest': digestHeader('hello') } })).status).toBe(201)
      expect(await text('in')).toBe('hello')
    })

    it('overwrites nothing where the signature or the client says so', async () => {
      const createOnly: OpenSigned['wrap'] = storage => ({
        ...storage,
        openSignedRequest: async message => {
          const access = await storage.openSignedRequest?.(message)
          return access?.does === 'put' ? { ...access, options: { ...access.options, createOnly: true } } : Promise.reject(access)
        },
      })
      const bySignature = await open({ wrap: createOnly })
      const byClient = await open()
      const onlyNew = { headers: { 'if-none-match': '*' } }
      expect((await bySignature.follow(await bySignature.signPut('x'), { body: '1' })).status).toBe(201)
      expect((await bySignature.follow(await bySignature.signPut('x'), { body: '2' })).status).toBe(409)
      expect((await byClient.follow(await byClient.signPut('x'), { body: '1', ...onlyNew })).status).toBe(201)
      expect((await byClient.follow(await byClient.signPut('x'), { body: '2', ...onlyNew })).status).toBe(412)
      expect([await bySignature.text('x'), await byClient.text('x')]).toEqual(['1', '1'])
    })

    it('stores parts of an upload', async () => {
      const { storage, follow, text, files } = await open()
      const { multipart } = storage
      const { uploadId } = await multipart.create('big')
      const sign = async (partNumber: number, sizeBytes: number) => {
        const signed = await multipart.presignPart?.({ key: 'big', uploadId, partNumber }, { expiresInSeconds: 60, sizeBytes })
        return signed ?? Promise.reject(new Error('not signed'))
      }
      const [first, second] = [await sign(1, 6), await sign(2, 5)]
      const put = async (signed: typeof first, body: string) => {
        const { status, headers } = await follow(signed, { body })
        return { status, etag: headers.get('etag') ?? '' }
      }
      const before = await files()
      expect((await put(second, 'worlds')).status).toBe(403)
      expect((await follow(second, { body: 'world', headers: { 'if-none-match': '*' } })).status).toBe(501)
      expect(await files()).toEqual(before)
      const sent = [await put(first, 'hello '), await put(second, 'world')]
      expect(sent.map(({ status }) => status)).toEqual([200, 200])
      await multipart.complete(
        { key: 'big', uploadId },
        sent.map(({ etag }, index) => ({ partNumber: index + 1, etag })),
      )
      expect(await text('big')).toBe('hello world')
      expect((await put(first, 'late..')).status).toBe(404)
    })
  })

  describe(`the signature on ${transport.name}`, () => {
    it('holds for no changed byte of it', async () => {
      const { storage, send, signGet, logged } = await open()
      await storage.put('x', Buffer.from('secret'))
      const path = pathOf((await signGet('x', { contentType: 'text/plain' })).url)
      expect((await send(path)).text).toBe('secret')
      for (let at = path.indexOf('signature=') + 10; at < path.length; at++) {
        const { status, json } = await send(path.slice(0, at) + flipped(path[at] ?? '') + path.slice(at + 1))
        expect([status, json?.code]).toEqual([403, 'forbidden'])
      }
      expect(logged.length).toBe(43)
    })

    it('holds for no other key, method, header, parameter or time', async () => {
      const { storage, clock, send, follow, signGet, signPut, files, logged } = await open()
      await storage.put('x', Buffer.from('x'))
      await storage.put('y', Buffer.from('y'))
      const signed = await signGet('x', { contentType: 'text/plain' })
      const path = pathOf(signed.url)
      const changed = [
        path.replace('/x?', '/y?'),
        path.replace('/x?', '/x/../y?'),
        path.replace('text%2Fplain', 'text%2Fhtml'),
        path.replace(/expires=\d+/, 'expires=9999999999'),
        `${path}&disposition=inline`,
        `${path}&expires=1`,
        path.replace(/&signature.*/, ''),
        '/objects/x',
        '/objects/',
        '/objects/%ff',
      ]
      for (const each of changed) expect([each, (await send(each)).status]).toEqual([each, 403])
      expect((await follow(signed, { method: 'PUT', body: 'mine' })).status).toBe(403)
      expect((await follow(await signPut('x'), { method: 'GET' })).status).toBe(403)
      await clock.advance(59_999)
      expect((await follow(signed)).status).toBe(200)
      await clock.advance(1)
      const late = await follow(signed)
      expect([late.status, late.json.detail, late.headers.get('cache-control')]).toEqual([
        403,
        'This URL has expired.',
        'no-store',
      ])
      expect((await files()).length).toBe(2)
      expect(logged.join()).not.toMatch(/signature|expires|objects\/x/)
      expect(logged.at(-1)).toContain('"route":"/objects"')
    })

    it('is not asked for other methods, nor by browsers that ask beforehand', async () => {
      const { send, follow, signGet, storage } = await open({ cors: { origins: ['https://app.example'] } })
      for (const method of ['POST', 'DELETE', 'PATCH']) {
        const { status, headers } = await send('/objects/x', { method })
        expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, OPTIONS'])
      }
      const origin = 'https://app.example'
      const preflight = await send('/objects/x', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PUT' },
      })
      expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, HEAD, PUT, OPTIONS'])
      await storage.put('x', Buffer.from('x'))
      const got = await follow(await signGet('x'), { headers: { origin } })
      expect(got.headers.get('access-control-allow-origin')).toBe(origin)
      expect(got.headers.get('access-control-expose-headers')).toContain('ETag')
    })
  })
}

function digestHeader(bytes: string): string {
  return `sha-256=:${Buffer.from(sha256(bytes), 'hex').toString('base64')}:`
}
