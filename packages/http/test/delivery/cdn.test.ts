import { type CdnOptions, cdn, redirect } from '@stowage/http'
import { describe, expect, it } from 'vitest'
import { alice, bob, openDelivery } from './delivery-world.ts'
import { loopbackCdn } from './loopback-cdn.ts'

async function open(options: Partial<CdnOptions> = {}, publicMaxAgeSeconds = 0) {
  let place = { port: 0, now: () => 0 }
  const edge = await loopbackCdn(
    () => place.port,
    () => place.now(),
  )
  const world = await openDelivery({
    by: () => cdn({ baseUrl: `${edge.origin}/`, ...options }),
    delivery: { publicMaxAgeSeconds },
  })
  place = { port: world.server.port, now: () => world.clock.now() }
  const locate = async (path: string) => (await world.send(path)).headers.get('location') ?? ''
  return { ...world, edge, locate }
}

describe('delivery through a CDN', () => {
  it('sends whoever asks for public bytes there, by their version, and the CDN fetches them once', async () => {
    const { make, send, edge, locate } = await open({ maxAgeSeconds: 60 })
    const { id, sha256 } = await make('hello')
    const { status, headers, bytes } = await send(`/files/${id}/content`)
    expect([status, bytes.length, headers.get('cache-control'), headers.get('etag')]).toEqual([302, 0, 'public, no-cache', null])
    const location = `${edge.origin}/files/${id}/content?v=${sha256?.slice(0, 16)}`
    expect(headers.get('location')).toBe(location)
    for (let time = 0; time < 3; time++) {
      const answer = await fetch(location)
      expect([answer.status, answer.redirected, await answer.text()]).toEqual([200, false, 'hello'])
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable, s-maxage=60, no-transform')
      expect(answer.headers.get('content-security-policy')).toContain('sandbox')
      expect(answer.headers.get('content-disposition')).toMatch(/^inline/)
    }
    expect(edge.asked).toEqual([`200 ${location.slice(edge.origin.length)}`])
    const saved = await fetch(await locate(`/files/${id}/content?download`))
    expect([saved.status, saved.headers.get('content-disposition')?.slice(0, 10)]).toEqual([200, 'attachment'])
  })

  it('threat 11: asks again each time by default, so that what became private, or was deleted, is gone at once', async () => {
    const { make, files, edge, locate } = await open()
    const [one, two] = [await make('picture of nine'), await make('other')]
    const urls = [
      await locate(`/files/${one.id}/content`),
      await locate(`/files/${one.id}/derivatives/thumb`),
      await locate(`/files/${two.id}/content`),
    ]
    const ask = () => Promise.all(urls.map(async url => (await fetch(url)).status))
    expect([await ask(), await ask()]).toEqual([
      [200, 200, 200],
      [200, 200, 200],
    ])
    expect(edge.asked.map(line => line.slice(0, 3)).sort()).toEqual(['200', '200', '200', '304', '304', '304'])
    await files.update(one.id, { visibility: 'private' })
    await files.delete(two.id)
    expect((await ask()).every(status => [401, 404].includes(status))).toBe(true)
    expect(edge.kept.size).toBe(0)
  })

  it('keeps it for no longer than the configured time', async () => {
    const { make, files, clock, locate } = await open({ maxAgeSeconds: 30 })
    const { id } = await make('hello')
    const url = await locate(`/files/${id}/content`)
    await fetch(url)
    await files.update(id, { visibility: 'private' })
    expect((await fetch(url)).status).toBe(200)
    await clock.advance(31_000)
    expect([401, 404]).toContain((await fetch(url)).status)
  })

  it('names new bytes by a new URL, and the old one is dead', async () => {
    const { make, files, locate } = await open()
    const { id } = await make('picture of nine')
    const paths = [`/files/${id}/content`, `/files/${id}/derivatives/thumb`]
    const before = await Promise.all(paths.map(locate))
    await files.replaceContent(id, { body: Buffer.from('quite another one'), contentType: 'text/plain' })
    const after = await Promise.all(paths.map(locate))
    for (const [at, url] of after.entries()) {
      expect(url).not.toBe(before[at])
      expect([(await fetch(url)).status, (await fetch(before[at] ?? '')).status]).toEqual([200, 404])
    }
  })

  it('sees nothing that is private, nothing of links, and nobody’s credentials', async () => {
    const { make, send, files, edge } = await open()
    const hidden = await make('hidden', { visibility: 'private' })
    const shown = await make('shown')
    const { token } = await files.createLink(hidden.id)
    for (const [path, headers] of [
      [`/files/${hidden.id}/content`, alice],
      [`/files/${hidden.id}/derivatives/thumb`, alice],
      [`/files/${shown.id}/content`, bob],
      [`/files/links/${token}`, {}],
    ] as const) {
      const answer = await send(path, { headers })
      expect([answer.status, answer.headers.get('location')]).toEqual([200, null])
      expect(answer.headers.get('cache-control')).toMatch(/^private/)
    }
    for (const headers of [{}, bob]) {
      const answer = await send(`/files/${hidden.id}/content`, { headers })
      expect([401, 404]).toContain(answer.status)
      expect(answer.headers.get('location')).toBeNull()
    }
    expect((await fetch(`${edge.origin}/files/${hidden.id}/content?v=${hidden.sha256?.slice(0, 16)}`)).status).not.toBe(200)
    expect(edge.kept.size).toBe(0)
  })

  it('answers HEAD and conditions itself', async () => {
    const { make, send, edge } = await open()
    const { id } = await make('hello')
    const head = await send(`/files/${id}/content`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '5'])
    const same = await send(`/files/${id}/content`, { headers: { 'if-none-match': head.headers.get('etag') ?? '' } })
    expect(same.status).toBe(304)
    expect((await send(`/files/${id}/content`, { headers: { 'if-match': '"x"' } })).status).toBe(412)
    expect(edge.seen).toEqual([])
  })

  it('leaves the rest to another way, which never sends the CDN elsewhere', async () => {
    const { make, send, objects, edge, locate } = await open({ otherwise: redirect() }, 60)
    const hidden = await make('hidden', { visibility: 'private' })
    const shown = await make('shown')
    const own = await send(`/files/${hidden.id}/content`, { headers: alice })
    expect(new URL(own.headers.get('location') ?? '').origin).toBe(objects.origin)
    const url = await locate(`/files/${shown.id}/content`)
    expect(new URL(url).origin).toBe(edge.origin)
    const answer = await fetch(url)
    expect([answer.status, answer.redirected, await answer.text()]).toEqual([200, false, 'shown'])
    expect((await send(`/files/${shown.id}/content`)).headers.get('cache-control')).toBe('public, max-age=60, must-revalidate')
  })

  it('threat 31: leads where the configuration says, whatever the request claims to be its host', async () => {
    const { make, send, edge } = await open()
    const { id } = await make('hello')
    const claims = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const { headers } = await send(`/files/${id}/content`, { headers: claims })
    expect(new URL(headers.get('location') ?? '').origin).toBe(edge.origin)
  })

  it.each([
    'cdn.example',
    '/cdn',
    'ftp://cdn.example',
    'https://a:b@cdn.example',
    'https://cdn.example/?a',
    'https://cdn.example/#a',
  ])('is refused with the base URL %s', baseUrl => expect(() => cdn({ baseUrl })).toThrow(/absolute URL/))
})
