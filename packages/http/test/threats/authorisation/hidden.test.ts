import { ownerOnly, roleBased } from '@stowage/core'
import { boundFilter, columnFilter, type ProfileOptions, tagsFilter } from '@stowage/http'
import { describe, expect, it } from 'vitest'
import { fillTemplate } from '../../../src/lib/routing/template.ts'
import { ask } from './ask.ts'
import { type Attempt, asksNobody, type Door, doorName, doorsOf } from './doors.ts'
import { keys } from './identities.ts'
import { plans } from './plans.ts'
import { openWorld, type World } from './world.ts'

const by = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name]}` })
const NEVER = { id: '0192f000-0000-7000-8000-000000000000', filename: 'never.txt' }
type Values = Readonly<Record<string, string | number | null>>

const doorsOfWorld = ({ stowage, profiles }: World) => doorsOf(stowage, profiles)
/** Doors that name an asset by its id or filename. */
const namingDoors = (world: World) =>
  doorsOfWorld(world).filter(({ template }) => template.params.some(param => param === 'id' || param === 'filename'))
const attemptsAt = ({ operation, method }: Door): readonly Attempt[] => plans[operation].methods[method] ?? []

function go(
  world: World,
  door: Door,
  attempt: Attempt,
  sent: { readonly values: Values; readonly headers: Record<string, string> },
) {
  const path = fillTemplate(door.template, param => (param === 'name' ? 'thumb' : sent.values[param]))
  return ask(world.api, `${path}${attempt.query === undefined ? '' : `?${attempt.query}`}`, {
    method: door.method,
    headers: { ...sent.headers, ...attempt.headers },
    ...(attempt.body !== undefined && { body: attempt.body.replaceAll('$id', String(sent.values.id)) }),
  })
}

describe('threat 4: the id of somebody else', () => {
  it('is 404 at every door, byte for byte as one that never was, and their asset stays as it is', async () => {
    const world = await openWorld({ policy: ownerOnly() })
    const hers = await world.make('alice', 'private')
    await world.make('bob', 'private')
    world.guard()
    const before = await world.state()
    const doors = namingDoors(world)
    expect(doors.length).toBeGreaterThanOrEqual(15)
    for (const door of doors) {
      for (const attempt of attemptsAt(door)) {
        const told = await go(world, door, attempt, { values: { id: hers.id, filename: hers.filename }, headers: by('bob') })
        const absent = await go(world, door, attempt, { values: NEVER, headers: by('bob') })
        expect([doorName(door), attempt.name, told.status]).toEqual([doorName(door), attempt.name, 404])
        expect(told).toEqual(absent)
      }
    }
    expect(await world.state()).toEqual(before)
  })

  it('with its own ETags opens nothing, and neither does its id in a body or a query', async () => {
    const world = await openWorld({ policy: ownerOnly() })
    const hers = await world.make('alice', 'private')
    const his = await world.make('bob', 'private')
    world.guard()
    const before = await world.state()
    for (const tag of [hers.etag, hers.contentEtag ?? '', '*']) {
      for (const name of ['if-match', 'if-none-match']) {
        const headers = { ...by('bob'), [name]: tag, 'content-type': 'application/json' }
        for (const method of ['GET', 'HEAD', 'DELETE', 'PATCH']) {
          const told = await ask(world.api, `/docs/${hers.id}`, { method, headers, ...(method === 'PATCH' && { body: '{}' }) })
          expect([method, name, tag, told.status]).toEqual([method, name, tag, 404])
        }
      }
    }
    const patch = (body: object) =>
      ask(world.api, `/docs/${his.id}`, {
        method: 'PATCH',
        headers: { ...by('bob'), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    for (const body of [{ id: hers.id }, { createdBy: 'alice' }, { space: 'two' }, { blobId: 'x' }, { kind: 'other' }])
      expect((await patch(body)).status).toBe(400)
    for (const query of [`id=${hers.id}`, 'owner=alice', 'space=', 'kind=doc', 'blobId=x'])
      expect((await ask(world.api, `/docs?${query}`, { headers: by('bob') })).status).toBe(400)
    expect(await world.state()).toEqual(before)
  })

  it('is 404 under a path of another space or kind, also for who may read it in its own', async () => {
    const world = await openWorld({
      policy: roleBased({ member: ['list', 'read', 'create', 'update', 'delete'] }),
      space: 'shared',
    })
    const { kind, other, spaces } = world
    const inTwo = await world.make('alice', 'public', { kind, space: spaces.get('two') })
    const ofOther = await world.make('alice', 'public', { kind: other })
    const inOne = await world.make('alice', 'public')
    world.guard()
    for (const { id } of [inTwo, ofOther]) {
      for (const door of namingDoors(world).filter(({ template }) => template.params.includes('id'))) {
        for (const attempt of attemptsAt(door)) {
          const told = await go(world, door, attempt, { values: { id, space: 'one' }, headers: by('alice') })
          expect([doorName(door), told.status]).toEqual([doorName(door), 404])
        }
      }
    }
    expect((await ask(world.api, `/others/${inOne.id}`, { headers: by('alice') })).status).toBe(404)
    expect((await ask(world.api, `/spaces/one/docs/${inOne.id}`, { headers: by('alice') })).status).toBe(200)
  })
})

describe('threat 8: an existence oracle', () => {
  it('is not in what is asked of database and storage: the same calls for what is hidden and what never was', async () => {
    const world = await openWorld({ policy: ownerOnly() })
    const hers = await world.make('alice', 'private')
    world.guard()
    const callsOf = async (door: Door, attempt: Attempt, values: Values) => {
      const [from, objects] = [world.metadata.calls.length, world.storage.calls.length]
      await go(world, door, attempt, { values, headers: by('bob') })
      expect(world.storage.calls.length).toBe(objects)
      return world.metadata.calls.slice(from).map(({ op, args }) => [op, args.map(shapeOf)])
    }
    for (const door of namingDoors(world)) {
      for (const attempt of attemptsAt(door)) {
        const hidden = await callsOf(door, attempt, { id: hers.id, filename: hers.filename })
        const absent = await callsOf(door, attempt, NEVER)
        expect([doorName(door), hidden]).toEqual([doorName(door), absent])
        expect(hidden.length).toBeGreaterThan(0)
      }
    }
  })

  it.each(['shared', 'owned'] as const)(
    'is not in spaces either: one that shows nothing is like one that is not there (%s)',
    async space => {
      const policy =
        space === 'shared'
          ? roleBased({ viewer: ['list', 'read'], member: ['create', 'update', 'delete'] })
          : ownerOnly({ scopes: { read: 'files:read', write: 'files:write' } })
      const world = await openWorld({ policy, space })
      const { kind, spaces } = world
      const inside = await world.make('zoe', 'public', { kind, space: spaces.get('two') })
      world.guard()
      const people: Record<string, string>[] = [{}, by('carol'), by('carol-read'), by('alice-none'), by('alice')]
      for (const door of doorsOfWorld(world).filter(
        ({ template, operation }) => template.params.includes('space') && !asksNobody(plans[operation]),
      )) {
        for (const attempt of attemptsAt(door)) {
          for (const headers of people) {
            const values = { id: inside.id, filename: inside.filename }
            const hidden = await go(world, door, attempt, { values: { ...values, space: 'two' }, headers })
            const absent = await go(world, door, attempt, { values: { ...values, space: 'three' }, headers })
            expect([doorName(door), headers, absent]).toEqual([doorName(door), headers, hidden])
            expect(hidden.status).toBeGreaterThanOrEqual(401)
          }
        }
      }
    },
  )
})

describe('threat 10: what one may not read', () => {
  const list: ProfileOptions['list'] = {
    total: 'exact',
    filter: {
      title: columnFilter('title'),
      filename: columnFilter('filename'),
      digest: columnFilter('sha256'),
      size: columnFilter('sizeBytes'),
      id: columnFilter('id'),
      by: columnFilter('createdBy'),
      visibility: columnFilter('visibility'),
      tags: tagsFilter('any'),
      from: boundFilter('sizeBytes', 'gte'),
    },
    sort: { columns: { title: 'title', size: 'sizeBytes', name: 'filename' }, default: 'title' },
  }

  it('is absent from every list, search, filter, sort and count', async () => {
    const world = await openWorld({ policy: ownerOnly({ read: 'public' }), profile: { list } })
    const token = 'xylophone4711'
    const hers = await world.stowage.as({ id: 'alice' }).upload({
      body: Buffer.from('secret bytes'),
      filename: `${token}.txt`,
      title: `the ${token}`,
      description: token,
      tags: [token],
      metadata: { note: token },
      visibility: 'private',
    })
    await world.metadata.commit([{ op: 'putText', assetId: String(hers.id), kind: 'doc', text: `a ${token}`, append: false }])
    const his = await world.make('bob', 'public')
    world.guard()
    const queries = [
      `search=${token}`,
      'search=xyl',
      `title=${encodeURIComponent(`the ${token}`)}`,
      `filename=${token}.txt`,
      `digest=${hers.sha256}`,
      `size=${hers.sizeBytes}`,
      `id=${hers.id}`,
      'by=alice',
      'visibility=private',
      `tags=${token}`,
      `words=${token}`,
      `words=${token}&ranked=true`,
      `from=${hers.sizeBytes}&visibility=private`,
    ]
    for (const query of queries) {
      const seen = JSON.parse((await ask(world.api, `/docs?${query}`, { headers: by('alice') })).text)
      expect([query, seen.total.count]).toEqual([query, 1])
      for (const headers of [by('bob'), by('carol'), {}]) {
        const told = await ask(world.api, `/docs?${query}`, { headers })
        expect([query, told.status, JSON.parse(told.text)]).toEqual([
          query,
          200,
          { items: [], cursor: null, total: { count: 0, exact: true } },
        ])
        expect(JSON.stringify(told.headers)).not.toContain(token)
      }
    }
    for (const sort of ['title', '-title', 'size', '-size', 'name', '-name']) {
      const told = JSON.parse((await ask(world.api, `/docs?sort=${sort}&limit=1`, { headers: by('bob') })).text)
      expect([told.items.map(({ id }: { id: string }) => id), told.cursor, told.total.count]).toEqual([[his.id], null, 1])
    }
  })
})

/** What an argument looks like, without the names in it. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}
