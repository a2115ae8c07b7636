import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly } from '@stowage/core'
import { assetApi, type RedirectOptions, redirect } from '@stowage/http'
import { memoryMetadata } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { alice, bob, openDelivery } from './delivery-world.ts'

const open = (options: RedirectOptions = {}, publicMaxAgeSeconds = 0) =>
  openDelivery({ by: () => redirect(options), delivery: { publicMaxAgeSeconds } })

describe('delivery by redirect', () => {
  it('sends who may read to a signed URL, with name and type in its signature', async () => {
    const { make, send, objects } = await open({ expiresInSeconds: 60 })
    const { id } = await make('hello', { visibility: 'private' })
    const { status, headers, bytes } = await send(`/files/${id}/content`, { headers: alice })
    expect([status, bytes.length]).toEqual([302, 0])
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect([headers.get('etag'), headers.get('last-modified')]).toEqual([null, null])
    const location = headers.get('location') ?? ''
    expect(new URL(location).origin).toBe(objects.origin)
    const answer = await fetch(location)
    expect(await answer.text()).toBe('hello')
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toMatch(/^inline; filename=".*"; filename\*=UTF-8''a%20b%2541/)
    const altered = location.replace('inline', 'attachment')
    expect([altered === location, (await fetch(altered)).status]).toEqual([false, 403])
  })

  it('saves where it would be saved otherwise', async () => {
    const { make, send } = await open()
    const { id } = await make('hello')
    const page = await make('<script>alert(1)</script>', { contentType: 'text/html', filename: 'a.html' })
    for (const path of [`/files/${id}/content?download`, `/files/${page.id}/content`]) {
      const location = (await send(path)).headers.get('location') ?? ''
      expect((await fetch(location)).headers.get('content-disposition')).toMatch(/^attachment/)
    }
  })

  it('leaves ranges to the storage', async () => {
    const { make, send } = await open()
    const { id } = await make('0123456789')
    const { headers } = await send(`/files/${id}/content`, { headers: { range: 'bytes=2-4' } })
    const part = await fetch(headers.get('location') ?? '', { headers: { range: 'bytes=2-4' } })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', '234'])
    expect((await send(`/files/${id}/content`, { headers: { range: 'bytes=10-' } })).status).toBe(416)
  })

  it('answers HEAD and conditions without asking the storage', async () => {
    const { make, send, objects } = await open()
    const { id } = await make('hello')
    const head = await send(`/files/${id}/content`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), head.headers.get('location')]).toEqual([200, '5', null])
    expect(head.headers.get('x-content-type-options')).toBe('nosniff')
    const etag = head.headers.get('etag') ?? ''
    const same = await send(`/files/${id}/content`, { headers: { 'if-none-match': etag } })
    expect([same.status, same.headers.get('location'), same.headers.get('etag')]).toEqual([304, null, etag])
    expect((await send(`/files/${id}/content`, { headers: { 'if-match': '"other"' } })).status).toBe(412)
    expect((await send(`/files/${id}/content`, { headers: { 'if-match': etag } })).status).toBe(302)
    expect(objects.seen).toEqual([])
  })

  it('is refused as everywhere: nobody without credentials, nobody else, nothing that was deleted', async () => {
    const { make, send, files } = await open()
    const { id } = await make('hello', { visibility: 'private' })
    const shown = await make('shown')
    for (const path of [`/files/${id}/content`, `/files/${id}/derivatives/thumb`]) {
      for (const method of ['GET', 'HEAD']) {
        for (const headers of [{}, bob]) {
          const answer = await send(path, { method, headers })
          expect([401, 404]).toContain(answer.status)
          expect([answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([null, 'no-store'])
        }
      }
    }
    const before = (await send(`/files/${shown.id}/content`)).headers.get('location') ?? ''
    expect((await fetch(before)).status).toBe(200)
    await files.delete(shown.id)
    expect((await send(`/files/${shown.id}/content`)).status).toBe(404)
  })

  it('a signed URL of a deleted asset is dead once it is purged, and each is once it expires', async () => {
    const { make, send, files, stowage, clock } = await open({ expiresInSeconds: 600 })
    const [gone, stays] = [await make('gone'), await make('stays')]
    const locate = async (id: string | number) => (await send(`/files/${id}/content`)).headers.get('location') ?? ''
    const [first, second] = [await locate(gone.id), await locate(stays.id)]
    await files.delete(gone.id)
    await stowage.sweep()
    expect([(await fetch(first)).status, (await fetch(second)).status]).toEqual([404, 200])
    await clock.advance(601_000)
    expect([(await fetch(first)).status, (await fetch(second)).status]).toEqual([403, 403])
  })

  it('H36: is kept by caches for less than half of the life of its URL, and only what is public', async () => {
    const { make, send } = await open({ expiresInSeconds: 100 }, 3600)
    const { id, sha256 } = await make('hello')
    const cached = async (path: string, headers = {}) => (await send(path, { headers })).headers.get('cache-control')
    expect(await cached(`/files/${id}/content`)).toBe('public, max-age=50, must-revalidate')
    expect(await cached(`/files/${id}/content?v=${sha256?.slice(0, 16)}`)).toBe('public, max-age=50, must-revalidate')
    expect(await cached(`/files/${id}/derivatives/thumb`)).toBe('public, max-age=50, must-revalidate')
    expect(await cached(`/files/${id}/content`, alice)).toBe('private, no-store')
    const always = await open()
    const other = await always.make('hello')
    expect((await always.send(`/files/${other.id}/content`)).headers.get('cache-control')).toBe('public, no-cache')
  })

  it('serves derivatives and links, and a link no longer than it lives', async () => {
    const { make, send, files, clock } = await open({ expiresInSeconds: 600 })
    const asset = await make('picture of nine', { visibility: 'private' })
    const thumb = await send(`/files/${asset.id}/derivatives/thumb`, { headers: alice })
    expect(thumb.headers.get('cache-control')).toBe('private, no-store')
    const drawn = await fetch(thumb.headers.get('location') ?? '')
    expect([drawn.status, drawn.headers.get('content-type')]).toEqual([200, 'image/webp'])
    const { token } = await files.createLink(asset.id, { expiresInSeconds: 20 })
    const link = await send(`/files/links/${token}`)
    expect([link.status, link.headers.get('referrer-policy')]).toEqual([302, 'no-referrer'])
    const location = link.headers.get('location') ?? ''
    expect(await (await fetch(location)).text()).toBe('picture of nine')
    await clock.advance(21_000)
    expect((await fetch(location)).status).toBe(403)
    const endless = await files.createLink(asset.id, { transform: { width: 4, format: 'auto' }, expiresInSeconds: null })
    expect((await send(`/files/links/${endless.token}`, { headers: { accept: 'image/avif' } })).headers.get('vary')).toContain(
      'Accept',
    )
  })

  it('threat 31: leads where the configuration says, whatever the request claims to be its host', async () => {
    const { make, send, objects } = await open()
    const { id } = await make('hello')
    const claims = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const { headers } = await send(`/files/${id}/content`, { headers: claims })
    expect(new URL(headers.get('location') ?? '').origin).toBe(objects.origin)
  })

  it('counts downloads, and lets pages of other origins follow', async () => {
    const { make, send, files, clock } = await open({ status: 307 })
    const { id } = await make('hello')
    const { status, headers } = await send(`/files/${id}/content`, { headers: { origin: 'https://page.example' } })
    expect([status, headers.get('access-control-allow-origin')]).toEqual([307, 'https://page.example'])
    expect([headers.get('cross-origin-resource-policy'), headers.get('vary')]).toEqual(['cross-origin', 'Origin'])
    await send(`/files/${id}/content`, { headers: { range: 'bytes=1-' } })
    await clock.advance(2000)
    await expect.poll(async () => (await files.get({ id })).downloadCount).toBe(1)
  })

  it('stands in the OpenAPI document with its status', async () => {
    const { send } = await open({ status: 303 })
    const { paths } = (await send('/files/openapi.json')).json
    for (const path of ['/files/{id}/content', '/files/{id}/derivatives/{name}', '/files/links/{token}']) {
      expect(Object.keys(paths[path].get.responses)).toEqual(expect.arrayContaining(['200', '206', '303', '304']))
      expect(Object.keys(paths[path].get.responses['303'].headers)).toEqual(['Location', 'Cache-Control'])
    }
  })

  it('is refused when the api is made where the storage signs nothing, and for a lifetime that none can have', async () => {
    const stowage = await createStowage({
      storage: fsStorage({ root: (await open()).root }),
      metadata: memoryMetadata(),
      policy: ownerOnly(),
      workers: false,
    })
    expect(() => assetApi(stowage, { basePath: '/x', delivery: { by: redirect() } })).toThrow(/storage fs signs no URLs/)
    await stowage.close()
    for (const expiresInSeconds of [0, -1, 1.5, 604_801, Number.NaN])
      expect(() => redirect({ expiresInSeconds })).toThrow(TypeError)
  })
})
