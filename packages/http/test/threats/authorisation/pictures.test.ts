import { type LinkOptions, ownerOnly } from '@stowage/core'
import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { keys } from './identities.ts'
import { BYTES } from './plans.ts'
import { openWorld } from './world.ts'

const by = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name]}` })
const NEVER = '0192f000-0000-7000-8000-000000000000'

async function withPicture() {
  const world = await openWorld({
    policy: ownerOnly({ read: 'public' }),
    profile: { delivery: { publicMaxAgeSeconds: 60 } },
  })
  const hers = await world.make('alice', 'public')
  world.guard()
  const owner = world.stowage.as({ id: 'alice' })
  const urls = [`/docs/${hers.id}/derivatives/thumb`, `/named/${hers.filename}/pictures/thumb`]
  const link = async (options: LinkOptions) => `/docs/links/${(await owner.createLink(hers.id, options)).token}`
  return { world, hers, owner, urls, link }
}

describe('threat 11: a picture that outlives the right to see it', () => {
  it('is 404 at every URL it had, as soon as its asset is private, and as what never was', async () => {
    const { world, hers, owner, urls } = await withPicture()
    const etags: string[] = []
    for (const url of urls) {
      const { status, headers } = await ask(world.api, url)
      expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=60, must-revalidate, no-transform'])
      etags.push(headers.etag ?? '')
    }
    await owner.update(hers.id, { visibility: 'private' })
    const extras = [{}, { 'if-none-match': etags[0] ?? '' }, { 'if-none-match': '*' }, { range: 'bytes=0-1' }, by('bob')]
    for (const headers of extras) {
      for (const method of ['GET', 'HEAD']) {
        const never = await ask(world.api, `/docs/${NEVER}/derivatives/thumb`, { method, headers })
        for (const url of urls) {
          const told = await ask(world.api, url, { method, headers })
          expect(told.status).toBe(404)
          expect(told).toEqual(never)
          expect(told.headers['cache-control']).toBe('no-store')
        }
      }
    }
  })

  it('of a private asset is kept by nobody, and by no cache on the way', async () => {
    const { world, hers, owner, urls } = await withPicture()
    await owner.update(hers.id, { visibility: 'private' })
    for (const url of urls) {
      const first = await ask(world.api, url, { headers: by('alice') })
      for (const extra of [{}, { range: 'bytes=0-1' }, { 'if-none-match': first.headers.etag ?? '' }]) {
        for (const method of ['GET', 'HEAD']) {
          const { status, headers } = await ask(world.api, url, { method, headers: { ...by('alice'), ...extra } })
          expect([200, 206, 304]).toContain(status)
          expect(headers['cache-control']).toBe('private, no-store, no-transform')
        }
      }
    }
  })

  it('is gone with the bytes that it was made of', async () => {
    const { world, hers, owner, urls, link } = await withPicture()
    const [url = ''] = urls
    const before = await ask(world.api, url)
    const links = [await link({ derivative: 'thumb' }), await link({ transform: { width: 9 } })]
    for (const each of links) expect((await ask(world.api, each)).status).toBe(200)
    await owner.replaceContent(hers.id, { body: Buffer.from('quite other bytes'), contentType: 'text/plain' })
    const after = await ask(world.api, url, { headers: { 'if-none-match': before.headers.etag ?? '' } })
    expect(after.status).toBe(200)
    expect(after.text).not.toBe(before.text)
    for (const each of links) expect((await ask(world.api, each)).status).toBe(404)
    await owner.delete(hers.id)
    for (const each of urls) {
      const told = await ask(world.api, each, { headers: by('alice') })
      expect([told.status, told.headers['cache-control']]).toEqual([404, 'no-store'])
    }
  })
})

describe('threat 13: a link to a picture, used for something else', () => {
  it('shows its picture at its own door, whatever else is asked of it', async () => {
    const { world, hers, link } = await withPicture()
    const thumb = await link({ derivative: 'thumb', expiresInSeconds: null })
    const own = await ask(world.api, thumb)
    expect(own.text).toContain('WEBP')
    for (const query of ['download', 'v=0', 'derivative=none', 'transform=w9-inside-png', 'width=9', `id=${hers.id}`]) {
      const told = await ask(world.api, `${thumb}?${query}`)
      expect([query, told.status, told.text]).toEqual([query, 200, own.text])
      expect(told.text).not.toContain(BYTES)
    }
  })

  it('opens no other door: not the original, not another kind, no list, no session', async () => {
    const { world, hers, owner, link } = await withPicture()
    await owner.update(hers.id, { visibility: 'private' })
    const paths = await Promise.all(
      ([{ derivative: 'thumb', expiresInSeconds: null }, { transform: { width: 9, format: 'auto' } }, {}] as const).map(link),
    )
    const before = await world.state()
    for (const path of paths) {
      const token = path.split('/').at(-1) ?? ''
      for (const [method, at] of [
        ['GET', `/docs/${token}`],
        ['GET', `/docs/${token}/content`],
        ['GET', `/docs/${token}/derivatives/thumb`],
        ['GET', `/docs/${hers.id}/derivatives/${token}`],
        ['GET', `/docs/${hers.id}/content?token=${token}`],
        ['GET', `/docs/${hers.id}/derivatives/thumb?token=${token}`],
        ['PUT', `/docs/${hers.id}/content?token=${token}`],
        ['POST', `/docs/${hers.id}/link?token=${token}`],
      ] as const) {
        const body = method === 'GET' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }
        const told = await ask(world.api, at, { method, ...body })
        expect([method, at, told.status]).toEqual([method, at, method === 'PUT' ? 401 : 404])
      }
      expect((await ask(world.api, `/docs?cursor=${token}`, { headers: by('alice') })).status).toBe(400)
      expect((await ask(world.api, '/docs', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
      for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
        expect((await ask(world.api, path, { method, ...(method !== 'DELETE' && { body: 'x' }) })).status).toBe(405)
    }
    expect(await world.state()).toEqual(before)
  })

  it('is opened by nothing that was signed for another purpose, or for another kind', async () => {
    const { world, hers } = await withPicture()
    const { stowage, other } = world
    const sealed = ['doc', hers.id, null, { derivative: 'thumb' }]
    const [cookie = ''] = [world.people.cookie('alice').split('=')[1]]
    const forged = ['read-link', 'link', 'derivative', 'transform', 'cursor'].map(purpose => stowage.signer(purpose).seal(sealed))
    for (const token of [cookie, ...forged]) expect((await ask(world.api, `/docs/links/${token}`)).status).toBe(403)
    const foreign = await world.unguarded(() => world.make('alice', 'public', { kind: other }))
    const { token } = await stowage.trusted.in({ kind: other }).createLink(foreign.id, { transform: { width: 9 } })
    expect((await ask(world.api, `/docs/links/${token}`)).status).toBe(404)
  })
})
