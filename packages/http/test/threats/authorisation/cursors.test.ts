import { ownerOnly, roleBased } from '@stowage/core'
import { hashApiKey } from '@stowage/http'
import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { keys } from './identities.ts'
import { openWorld, type World } from './world.ts'

const by = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name]}` })

async function withAssets(count = 5) {
  const world = await openWorld({ policy: ownerOnly({ read: 'public' }) })
  for (let at = 0; at < count; at++) await world.make(at % 2 === 0 ? 'alice' : 'bob', 'public')
  world.guard()
  return world
}

async function firstPage(world: World, query = 'limit=2', headers: Record<string, string> = by('alice')) {
  const { text } = await ask(world.api, `/docs?${query}`, { headers })
  return (JSON.parse(text) as { cursor: string }).cursor
}

describe('threat 5: the cursor of another list', () => {
  it('is 400 for another actor, filter, sort, search, kind or credential kind, though they see the same assets', async () => {
    const world = await withAssets()
    const cursor = await firstPage(world)
    const go = (query: string, headers: Record<string, string> = by('alice'), path = '/docs') =>
      ask(world.api, `${path}?${query}&cursor=${encodeURIComponent(cursor)}`, { headers })
    expect((await go('limit=2')).status).toBe(200)
    expect((await go('limit=1')).status).toBe(200)
    for (const headers of [by('bob'), by('carol'), {}]) {
      const told = await go('limit=2', headers)
      expect([headers, told.status, JSON.parse(told.text).code]).toEqual([headers, 400, 'invalid_cursor'])
    }
    for (const query of [
      'type=text',
      'visibility=public',
      'search=alice',
      'tags=x',
      'sort=createdAt',
      'sort=-title',
      'sort=-updatedAt',
      'tags[all]=x',
      'words=alice',
      'words=alice&ranked=true',
      'createdAt[gte]=2020-01-01',
    ])
      expect([query, (await go(`limit=2&${query}`)).status]).toEqual([query, 400])
    expect((await go('limit=2', by('alice'), '/others')).status).toBe(400)
    const filtered = await firstPage(world, 'limit=2&visibility=public')
    expect((await ask(world.api, `/docs?limit=2&cursor=${filtered}`, { headers: by('alice') })).status).toBe(400)
  })

  it('is 400 in another space, and once the actor sees other assets than before', async () => {
    const world = await openWorld({ policy: roleBased({ viewer: ['list', 'read'] }), space: 'shared' })
    const { kind, spaces } = world
    for (let at = 0; at < 3; at++) await world.make('alice', 'public')
    for (let at = 0; at < 3; at++) await world.make('alice', 'public', { kind, space: spaces.get('two') })
    spaces.set('two', { id: 'two', roleOf: () => 'viewer' })
    world.guard()
    const headers = by('viewer')
    const page = (space: string, cursor?: string) =>
      ask(world.api, `/spaces/${space}/docs?limit=1${cursor === undefined ? '' : `&cursor=${cursor}`}`, { headers })
    const { cursor } = JSON.parse((await page('one')).text) as { cursor: string }
    expect((await page('two')).status).toBe(200)
    expect((await page('two', cursor)).status).toBe(400)
    expect((await page('one', cursor)).status).toBe(200)
    spaces.set('one', { id: 'one', roleOf: () => null })
    expect((await page('one', cursor)).status).toBe(404)
  })

  it('gives no more than a fresh list would once a scope is gone', async () => {
    const world = await openWorld({ policy: ownerOnly({ scopes: { read: 'files:read' } }) })
    for (let at = 0; at < 3; at++) await world.make('alice', 'private')
    world.guard()
    const cursor = await firstPage(world, 'limit=1')
    world.people.known.set(hashApiKey(keys.alice), { sha256: hashApiKey(keys.alice), actor: { id: 'alice', scopes: [] } })
    expect((await ask(world.api, `/docs?limit=1&cursor=${cursor}`, { headers: by('alice') })).status).toBe(403)
  })
})

describe('threat 6: a cursor that was tampered with', () => {
  it('is 400 for every single bit of it', async () => {
    const world = await withAssets()
    const cursor = await firstPage(world)
    const before = await world.state()
    const calls = world.metadata.calls.length
    let tried = 0
    for (let at = 0; at < cursor.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const letter = String.fromCharCode(cursor.charCodeAt(at) ^ (1 << bit))
        const altered = cursor.slice(0, at) + letter + cursor.slice(at + 1)
        const told = await ask(world.api, `/docs?limit=2&cursor=${encodeURIComponent(altered)}`, { headers: by('alice') })
        if (told.status !== 400) expect([at, bit, told.status]).toEqual([at, bit, 400])
        tried++
      }
    }
    expect(tried).toBeGreaterThan(800)
    // A bad cursor is known by its signature: no database is asked.
    expect(world.metadata.calls.length).toBe(calls)
    expect(await world.state()).toEqual(before)
  })

  it.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['100 KB', 'x'.repeat(100_000)],
    ['100 KB with a dot', `${'x'.repeat(50_000)}.${'y'.repeat(50_000)}`],
    ['an unsigned position', Buffer.from('{"v":["a","b","c"]}').toString('base64url')],
    ['NUL', '\0'],
    ['lone surrogates', '\ud800'],
    ['a wrong alphabet', '%2B%2F=='],
  ])('is 400: %s', async (_name, cursor) => {
    const world = await withAssets(1)
    const told = await ask(world.api, `/docs?cursor=${encodeURIComponent(cursor.toWellFormed())}`, { headers: by('alice') })
    expect([told.status, JSON.parse(told.text).code]).toEqual([400, 'invalid_cursor'])
  })

  it('is 400 for a longer, shorter or doubled one', async () => {
    const world = await withAssets()
    const cursor = await firstPage(world)
    for (const altered of [
      `${cursor}=`,
      `${cursor}A`,
      ` ${cursor}`,
      cursor.slice(0, -1),
      cursor.slice(1),
      `${cursor}.${cursor}`,
      cursor.toUpperCase(),
    ])
      expect((await ask(world.api, `/docs?limit=2&cursor=${encodeURIComponent(altered)}`, { headers: by('alice') })).status).toBe(
        400,
      )
    expect((await ask(world.api, `/docs?limit=2&cursor=${cursor}&cursor=${cursor}`, { headers: by('alice') })).status).toBe(400)
  })
})
