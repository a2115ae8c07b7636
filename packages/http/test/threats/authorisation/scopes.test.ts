import { ownerOnly, requireScopes, withScopes } from '@stowage/core'
import { hashApiKey } from '@stowage/http'
import { describe, expect, it } from 'vitest'
import { fillTemplate } from '../../../src/lib/routing/template.ts'
import { ask } from './ask.ts'
import { asksNobody, doorName, doorsOf } from './doors.ts'
import { keys } from './identities.ts'
import { plans } from './plans.ts'
import { openWorld } from './world.ts'

const by = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name]}` })
const scopes = { read: 'files:read', write: 'files:write' }

describe('threat 7: a key that may do one thing', () => {
  it('does no other: its owner reads with a reading key and writes with a writing one, at every door', async () => {
    const world = await openWorld({ policy: ownerOnly({ scopes }) })
    const hers = await world.make('alice', 'private')
    world.guard()
    const before = await world.state()
    for (const door of doorsOf(world.stowage, world.profiles)) {
      const plan = plans[door.operation]
      const { asks, methods } = plan
      if (asksNobody(plan)) continue
      const wrong = asks === 'list' || asks === 'read' ? 'alice-write' : 'alice-read'
      for (const attempt of methods[door.method] ?? []) {
        const values: Record<string, unknown> = { id: hers.id, filename: hers.filename, name: 'thumb', uploadId: '0'.repeat(32) }
        const path = fillTemplate(door.template, param => values[param] as string)
        for (const key of [wrong, 'alice-none'] as const) {
          const told = await ask(world.api, `${path}${attempt.query === undefined ? '' : `?${attempt.query}`}`, {
            method: door.method,
            headers: { ...by(key), ...attempt.headers },
            ...(attempt.body !== undefined && { body: attempt.body.replaceAll('$id', String(hers.id)) }),
          })
          expect([doorName(door), attempt.name, key, told.status]).toEqual([doorName(door), attempt.name, key, 403])
          if (door.method !== 'HEAD') expect(JSON.parse(told.text).code).toBe('forbidden')
        }
      }
    }
    expect(await world.state()).toEqual(before)
  })

  it('matches scopes whole: not by prefix, case, wildcard or list', async () => {
    const world = await openWorld({ policy: ownerOnly({ scopes }) })
    const hers = await world.make('alice', 'private')
    world.guard()
    const near = [
      '',
      'files',
      'files:',
      'files:rea',
      'files:read:all',
      'FILES:READ',
      'files:*',
      '*',
      'files:read files:write',
      ' files:read',
      '__proto__',
    ]
    for (const scope of near) {
      world.people.known.set(hashApiKey(keys.alice), { sha256: hashApiKey(keys.alice), actor: { id: 'alice', scopes: [scope] } })
      const told = await ask(world.api, `/docs/${hers.id}`, { headers: by('alice') })
      expect([scope, told.status]).toEqual([scope, 403])
    }
  })

  it('needs each scope that is asked for', async () => {
    const both = requireScopes('a', 'b')
    const world = await openWorld({ policy: withScopes({ rules: { list: both, read: both } }, { read: 'c' }) })
    world.guard()
    const statusWith = async (granted: readonly string[]) => {
      world.people.known.set(hashApiKey(keys.bob), { sha256: hashApiKey(keys.bob), actor: { id: 'bob', scopes: granted } })
      return (await ask(world.api, '/docs', { headers: by('bob') })).status
    }
    for (const granted of [[], ['a'], ['a', 'b'], ['b', 'c'], ['a', 'c']]) expect(await statusWith(granted)).toBe(403)
    expect(await statusWith(['c', 'b', 'a'])).toBe(200)
  })

  it('says in a refusal that a scope is missing only to who would be allowed with it', async () => {
    const world = await openWorld({ policy: ownerOnly({ scopes }) })
    const hers = await world.make('alice', 'private')
    world.guard()
    const told = await ask(world.api, `/docs/${hers.id}`, { headers: by('alice-write') })
    expect(JSON.parse(told.text).detail).toContain('scope')
    expect((await ask(world.api, `/docs/${hers.id}`, { headers: by('carol-read') })).status).toBe(404)
  })
})
