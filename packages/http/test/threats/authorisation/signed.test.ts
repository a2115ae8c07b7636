import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { ownerOnly } from '@stowage/core'
import { signedObjects } from '@stowage/http'
import { fakeClock } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { keys } from './identities.ts'
import { BYTES } from './plans.ts'
import { openWorld } from './world.ts'

const by = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name]}` })
const DAY = 24 * 60 * 60

async function withLink() {
  const clock = fakeClock()
  const world = await openWorld({ policy: ownerOnly(), clock })
  const hers = await world.make('alice', 'private')
  world.guard()
  const made = await ask(world.api, `/docs/${hers.id}/link`, { method: 'POST', headers: by('alice') })
  const path = new URL((JSON.parse(made.text) as { url: string }).url).pathname
  return { world, hers, path, token: path.split('/').at(-1) ?? '', clock }
}

/** Storage that signs, behind the handler that answers what it signed. */
async function withSignedObjects() {
  const clock = fakeClock()
  const world = await openWorld({ policy: ownerOnly(), clock })
  const storage = fsStorage({
    root: join(world.root, 'signed'),
    clock,
    signing: { secret: 'a secret of at least 32 characters', baseUrl: 'https://app.example.com/objects' },
  })
  await storage.open()
  await storage.put('a/b', Buffer.from(BYTES), {})
  const api = signedObjects(storage, { path: '/objects', logger: world.stowage.logger })
  const { presignGet, presignPut } = storage
  if (!presignGet || !presignPut) throw new Error('The storage signs nothing.')
  const keysNow = async () => (await storage.list()).objects.map(({ key }) => key)
  return { world, storage, api, clock, presignGet, presignPut, keysNow }
}

const relative = (url: string) => new URL(url).pathname + new URL(url).search

/** Every text that differs from this one in one character. */
function altered(text: string): string[] {
  const letters = ['A', 'b', '0', '-', '~']
  return Array.from(text).flatMap((letter, at) =>
    letters.filter(other => other !== letter).map(other => text.slice(0, at) + other + text.slice(at + 1)),
  )
}

describe('threat 13: a token used for something else', () => {
  it('is 403, 400 or 401 wherever it is not what it was made for', async () => {
    const { world, hers, token } = await withLink()
    for (let at = 0; at < 3; at++) await world.unguarded(() => world.make('alice', 'private'))
    const { cursor } = JSON.parse((await ask(world.api, '/docs?limit=1', { headers: by('alice') })).text) as { cursor: string }
    const session = world.people.cookie('alice')
    const [cookieName = '', sessionToken = ''] = session.split('=')
    const own = world.stowage.signer('read-link').seal(['doc', hers.id, 'x'])
    for (const wrong of [cursor, sessionToken, own, world.stowage.signer('cursor').seal('x')]) {
      expect((await ask(world.api, `/docs/links/${wrong}`)).status).toBe(403)
    }
    for (const wrong of [token, sessionToken, own])
      expect((await ask(world.api, `/docs?limit=1&cursor=${wrong}`, { headers: by('alice') })).status).toBe(400)
    for (const wrong of [token, cursor, own])
      expect((await ask(world.api, '/docs', { headers: { cookie: `${cookieName}=${wrong}` } })).status).toBe(401)
    for (const wrong of [token, cursor, sessionToken])
      expect((await ask(world.api, '/docs', { headers: { authorization: `Bearer ${wrong}` } })).status).toBe(401)
  })

  it('reads and never writes: a link is no door but its own', async () => {
    const { world, hers, path, token } = await withLink()
    const before = await world.state()
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      const told = await ask(world.api, path, { method, body: 'x', headers: { 'content-type': 'text/plain' } })
      expect([method, told.status]).toEqual([method, 405])
    }
    for (const [method, at] of [
      ['PUT', `/docs/${hers.id}/content`],
      ['PATCH', `/docs/${hers.id}`],
      ['DELETE', `/docs/${hers.id}`],
      ['POST', '/docs'],
    ] as const) {
      for (const query of [`token=${token}`, `signature=${token}`]) {
        const told = await ask(world.api, `${at}?${query}`, { method, body: 'x', headers: { 'content-type': 'text/plain' } })
        expect([method, told.status]).toEqual([method, 401])
      }
    }
    expect(await world.state()).toEqual(before)
  })

  it('of a download stores nothing, and one of an upload shows nothing', async () => {
    const { api, presignGet, presignPut, keysNow } = await withSignedObjects()
    const get = relative((await presignGet('a/b', { expiresInSeconds: 60 })).url)
    const put = await presignPut('a/c', { expiresInSeconds: 60 })
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH']) {
      const told = await ask(api, get, { method, body: 'x' })
      expect([method, told.status]).toEqual([method, method === 'PUT' ? 403 : 405])
    }
    for (const method of ['GET', 'HEAD'])
      expect((await ask(api, relative(put.url), { method, headers: put.headers })).status).toBe(403)
    expect(await keysNow()).toEqual(['a/b'])
  })
})

describe('threat 14: a signed URL that was altered, or is over', () => {
  it('opens nothing with any one character of the link changed', async () => {
    const { world, token, path } = await withLink()
    const calls = world.metadata.calls.length
    const all = altered(token)
    expect(all.length).toBeGreaterThan(400)
    for (const wrong of all) {
      const told = await ask(world.api, path.replace(token, encodeURIComponent(wrong)))
      if (told.status !== 403) expect([wrong, told.status]).toEqual([wrong, 403])
    }
    expect(world.metadata.calls.length).toBe(calls)
    expect((await ask(world.api, path)).text).toBe(BYTES)
  })

  it('opens nothing with any one character of the signed query or path changed, and stores nothing', async () => {
    const { api, presignGet, presignPut, keysNow } = await withSignedObjects()
    const get = relative((await presignGet('a/b', { expiresInSeconds: 60 })).url)
    const put = await presignPut('a/c', { expiresInSeconds: 60, sizeBytes: 1 })
    for (const [url, method, headers] of [
      [get, 'GET', {}],
      [relative(put.url), 'PUT', put.headers],
    ] as const) {
      const start = '/objects/'.length
      for (const wrong of altered(url.slice(start))) {
        const told = await ask(api, url.slice(0, start) + wrong, { method, headers, ...(method === 'PUT' && { body: 'x' }) })
        // A changed name of a parameter is another parameter; none of them opens.
        if (told.status !== 403) expect([wrong, told.status]).toEqual([wrong, 403])
      }
    }
    expect(await keysNow()).toEqual(['a/b'])
    expect((await ask(api, get)).text).toBe(BYTES)
  })

  it('lives no longer than was said, to the second', async () => {
    const { world, path, clock } = await withLink()
    await clock.advance(900_000 - 1)
    expect((await ask(world.api, path)).status).toBe(200)
    await clock.advance(1)
    for (const method of ['GET', 'HEAD']) expect((await ask(world.api, path, { method })).status).toBe(403)
    const { api, presignGet, clock: other } = await withSignedObjects()
    const get = relative((await presignGet('a/b', { expiresInSeconds: 60 })).url)
    await other.advance(59_000)
    expect((await ask(api, get)).status).toBe(200)
    await other.advance(2_000)
    expect((await ask(api, get)).status).toBe(403)
  })

  it.each([0, -1, 7 * DAY + 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'is not made to live %d seconds',
    async expiresInSeconds => {
      const { world, hers } = await withLink()
      const body = JSON.stringify({
        expiresInSeconds: Number.isFinite(expiresInSeconds) ? expiresInSeconds : String(expiresInSeconds),
      })
      const told = await ask(world.api, `/docs/${hers.id}/link`, {
        method: 'POST',
        headers: { ...by('alice'), 'content-type': 'application/json' },
        body,
      })
      expect(told.status).toBe(422)
      await expect(world.stowage.as({ id: 'alice' }).createLink(hers.id, { expiresInSeconds })).rejects.toMatchObject({
        code: 'invalid_request',
      })
      const { presignGet, presignPut } = await withSignedObjects()
      for (const presign of [presignGet, presignPut])
        await expect(presign('a/b', { expiresInSeconds })).rejects.toMatchObject({ code: 'invalid_request' })
    },
  )

  it('dies with what it shows: replaced, deleted or of another kind is 404', async () => {
    const { world, hers, path } = await withLink()
    await world.stowage.as({ id: 'alice' }).replaceContent(hers.id, { body: Buffer.from('new'), contentType: 'text/plain' })
    expect((await ask(world.api, path)).status).toBe(404)
    const again = await world.stowage.as({ id: 'alice' }).createLink(hers.id)
    expect((await ask(world.api, `/docs/links/${again.token}`)).text).toBe('new')
    await world.stowage.as({ id: 'alice' }).delete(hers.id)
    expect((await ask(world.api, `/docs/links/${again.token}`)).status).toBe(404)
  })
})
