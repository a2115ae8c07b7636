import type { Delivery } from '@stowage/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Send, sendByHttp } from '../transports.ts'
import { alice, bob, ODD, openDelivery } from './delivery-world.ts'
import { startWebServer, type WebServer } from './web-server.ts'

type World = Awaited<ReturnType<typeof openDelivery>>

const BIG = Buffer.alloc(3_000_000, 'Stowage, and a good deal more of it. ').toString()

/** What holds for files that a real web server sends for the api, with the configuration of the guide. */
export function handedOverCases(server: WebServer, header: string, by: (places: { readonly root: string }) => Delivery): void {
  const installed = server.installed()
  if (!installed)
    console.warn(`Tests with ${server.name} skipped: it is not there. To run them: apt-get install -y ${server.packages}`)
  describe.skipIf(!installed)(`files that ${server.name} sends`, () => {
    const closing: (() => unknown)[] = []
    let world: World
    let port: number
    const send: Send = (path, sent) => sendByHttp(port, path, sent)
    const content = (id: unknown) => `/files/${String(id)}/content`

    beforeAll(async () => {
      world = await openDelivery({ by, later: close => closing.unshift(close) })
      const started = await startWebServer(server, { port: world.server.port, root: world.root })
      closing.unshift(started.close)
      port = started.port
    }, 120_000)
    afterAll(async () => {
      for (const close of closing) await close()
    })

    it('are whole, under names that a wrong escaping would lose, with all headers of the api', async () => {
      const { id, sha256 } = await world.make(BIG)
      const { objects } = await world.storage.list()
      expect(objects.some(({ key }) => key.includes('%41') && key.includes('?') && key.includes('日本'))).toBe(true)
      const direct = await world.send(content(id), { headers: { origin: 'https://page.example' } })
      expect([direct.status, direct.bytes.length, direct.headers.has(header)]).toEqual([200, 0, true])
      const through = await send(content(id), { headers: { origin: 'https://page.example', 'accept-encoding': 'gzip' } })
      expect([through.status, through.text === BIG, through.headers.has(header)]).toEqual([200, true, false])
      const names = ['etag', 'last-modified', 'vary', 'cache-control', 'content-type', 'content-disposition', 'repr-digest']
      const more = ['x-content-type-options', 'content-security-policy', 'cross-origin-resource-policy']
      for (const name of [...names, ...more, 'access-control-allow-origin']) {
        expect([name, through.headers.get(name)]).toEqual([name, direct.headers.get(name)])
      }
      expect(through.headers.get('accept-ranges')).toBe('bytes')
      expect(through.headers.get('etag')).toBe(`"${Buffer.from(sha256 ?? '', 'hex').toString('base64url')}"`)
      expect(through.headers.get('content-disposition')).toContain(encodeURIComponent(ODD.slice(0, 8)))
      expect(through.headers.get('content-length')).toBe(String(BIG.length))
    })

    it('are sent in parts, as everywhere', async () => {
      const { id } = await world.make(BIG)
      const size = BIG.length
      for (const [range, start, end] of [
        ['bytes=0-0', 0, 0],
        ['bytes=1000000-2000000', 1_000_000, 2_000_000],
        ['bytes=2999990-', 2_999_990, size - 1],
        ['bytes=-5', size - 5, size - 1],
        ['bytes=5-9999999', 5, size - 1],
      ] as const) {
        const { status, headers, text } = await send(content(id), { headers: { range } })
        expect([range, status, headers.get('content-range')]).toEqual([range, 206, `bytes ${start}-${end}/${size}`])
        expect([range, text === BIG.slice(start, end + 1)]).toEqual([range, true])
        expect(headers.get('x-content-type-options')).toBe('nosniff')
      }
      for (const range of ['bytes=0-1,5-6', 'bytes=x', 'lines=0-1', 'bytes=5-1']) {
        const { status, text } = await send(content(id), { headers: { range } })
        expect([range, status, text === BIG]).toEqual([range, 200, true])
      }
      for (const range of ['bytes=3000000-', 'bytes=-0']) {
        const { status, headers } = await send(content(id), { headers: { range } })
        expect([range, status, headers.get('content-range')]).toEqual([range, 416, `bytes */${size}`])
      }
    })

    it('obey conditions by the ETag of the api', async () => {
      const { id } = await world.make('0123456789')
      const { headers: first } = await send(content(id))
      const [etag, date] = [first.get('etag') ?? '', first.get('last-modified') ?? '']
      const range = { range: 'bytes=2-3' }
      const old = 'Sat, 01 Jan 2000 00:00:00 GMT'
      for (const [headers, status, text] of [
        [{ 'if-none-match': etag }, 304, ''],
        [{ 'if-none-match': `W/${etag}`, ...range }, 304, ''],
        [{ 'if-none-match': '"other"' }, 200, '0123456789'],
        [{ 'if-modified-since': date }, 304, ''],
        [{ 'if-modified-since': old }, 200, '0123456789'],
        [{ 'if-match': etag }, 200, '0123456789'],
        [{ 'if-match': etag, ...range }, 206, '23'],
        [{ 'if-range': etag, ...range }, 206, '23'],
        [{ 'if-range': '"other"', ...range }, 200, '0123456789'],
        [{ 'if-range': date, ...range }, 200, '0123456789'],
        [{ 'if-unmodified-since': date }, 200, '0123456789'],
      ] as const) {
        const answer = await send(content(id), { headers })
        expect([headers, answer.status, answer.text]).toEqual([headers, status, text])
        expect([headers, answer.headers.get('etag')]).toEqual([headers, etag])
      }
      for (const headers of [{ 'if-match': '"other"' }, { 'if-unmodified-since': old }]) {
        expect((await send(content(id), { headers })).status).toBe(412)
      }
    })

    it('have a HEAD that says the same', async () => {
      const { id } = await world.make(BIG)
      const [get, head] = [await send(content(id)), await send(content(id), { method: 'HEAD' })]
      expect([head.status, head.bytes.length]).toEqual([200, 0])
      for (const name of ['etag', 'content-type', 'content-length', 'content-disposition', 'cache-control', 'last-modified']) {
        expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)])
      }
    })

    it('are nobody’s but their owner’s where they are private', async () => {
      const { id } = await world.make('hidden', { visibility: 'private' })
      for (const path of [content(id), `/files/${id}/derivatives/thumb`]) {
        for (const method of ['GET', 'HEAD']) {
          for (const headers of [{}, bob, { range: 'bytes=0-1' }]) {
            const answer = await send(path, { method, headers })
            expect([401, 404]).toContain(answer.status)
            expect(answer.headers.get('cache-control')).toBe('no-store')
            expect(answer.text).not.toContain('hid')
          }
        }
      }
      const own = await send(content(id), { headers: alice })
      expect([own.text, own.headers.get('cache-control')]).toEqual(['hidden', 'private, no-cache, no-transform'])
    })

    it('cannot be had by their place, whatever is asked for', async () => {
      await world.make('secret words', { visibility: 'private' })
      const { objects } = await world.storage.list()
      for (const { key } of objects) {
        const path = key.split('/').map(encodeURIComponent).join('/')
        for (const prefix of [
          '/_objects/',
          '//_objects/',
          '/_objects//',
          '/%5Fobjects/',
          '/files/../_objects/',
          `${world.root}/`,
        ]) {
          const headers = { [header]: `${world.root}/${path}`, 'x-original-uri': '/_objects/' }
          const answer = await send(prefix + path, { headers })
          expect(answer.status).toBeGreaterThanOrEqual(400)
          expect(answer.text).not.toContain('secret words')
        }
      }
    })

    it('are gone once they are deleted', async () => {
      const { id } = await world.make('gone')
      expect((await send(content(id))).text).toBe('gone')
      await world.files.delete(id)
      expect((await send(content(id))).status).toBe(404)
    })

    it('may be pictures, what links lead to, and empty', async () => {
      const { id } = await world.make('picture of nine', { visibility: 'private' })
      const thumb = await send(`/files/${id}/derivatives/thumb`, { headers: alice })
      expect([thumb.status, thumb.headers.get('content-type')]).toEqual([200, 'image/webp'])
      expect(thumb.headers.get('cache-control')).toBe('private, no-store, no-transform')
      expect(thumb.bytes.subarray(8, 12).toString()).toBe('WEBP')
      const { token } = await world.files.createLink(id)
      const link = await send(`/files/links/${token}?download`)
      expect([link.status, link.text, link.headers.get('referrer-policy')]).toEqual([200, 'picture of nine', 'no-referrer'])
      expect(link.headers.get('content-disposition')).toMatch(/^attachment/)
      const empty = await world.make('')
      const nothing = await send(content(empty.id), { headers: { range: 'bytes=0-1' } })
      expect([nothing.status, nothing.text]).toEqual([200, ''])
    })

    it('follow bytes that were replaced', async () => {
      const { id } = await world.make('first')
      const { etag } = Object.fromEntries((await send(content(id))).headers)
      await world.files.replaceContent(id, { body: Buffer.from('second'), contentType: 'text/plain' })
      const answer = await send(content(id), { headers: { 'if-none-match': etag ?? '' } })
      expect([answer.status, answer.text]).toEqual([200, 'second'])
    })
  })
}
