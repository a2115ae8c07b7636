import { type Action, type Actor, customRule, ownerOnly, type Policy, roleBased, type Space } from '@stowage/core'
import type { Authenticate, ProfileOptions } from '@stowage/http'
import { fakeClock } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { fillTemplate } from '../../../src/lib/routing/template.ts'
import { ask, type Told } from './ask.ts'
import { asksNobody, doorName, doorsOf } from './doors.ts'
import { keys } from './identities.ts'
import { BYTES, plans } from './plans.ts'
import { openWorld, type WorldOptions } from './world.ts'

const headers = { authorization: `Bearer ${keys.alice}` }

/** What a hook may do instead of answering. A type checker forbids some of it; a JavaScript caller has none. */
const faults: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error('connect ECONNREFUSED postgres://app:hunter2@db.internal')
  },
  rejects: () => Promise.reject(new TypeError('hunter2')),
  'rejects with nothing': () => Promise.reject(undefined),
  hangs: () => new Promise(() => undefined),
  'answers undefined': () => undefined,
  'answers a promise of undefined': () => Promise.resolve(),
}
const untrue: Readonly<Record<string, () => unknown>> = {
  'answers null': () => null,
  'answers 1': () => 1,
  'answers a text': () => 'yes',
  'answers an object': () => ({ allowed: true }),
}

interface Opened extends Partial<WorldOptions> {
  readonly policy: Policy
  readonly setUp?: (world: Awaited<ReturnType<typeof openWorld>>) => void
}

/** Asks at every door, lets time pass for what hangs, and sees that nothing came out and nothing was stored. */
async function deniedEverywhere({ setUp, ...options }: Opened, statuses: readonly number[]) {
  const clock = fakeClock()
  const world = await openWorld({ ...options, clock, inMemory: true })
  const hers = await world.make('alice', 'private')
  world.guard()
  setUp?.(world)
  const before = await world.state()
  for (const door of doorsOf(world.stowage, world.profiles.slice(0, 1))) {
    if (asksNobody(plans[door.operation])) continue
    const attempt = plans[door.operation].methods[door.method]?.[0]
    const values: Record<string, unknown> = {
      id: hers.id,
      filename: hers.filename,
      space: 'one',
      name: 'thumb',
      uploadId: '0'.repeat(32),
    }
    const path = fillTemplate(door.template, param => values[param] as string)
    const events = world.logged.length
    const told = await whileTimePasses(
      clock,
      ask(world.api, `${path}${attempt?.query === undefined ? '' : `?${attempt.query}`}`, {
        method: door.method,
        headers: { ...headers, ...attempt?.headers },
        ...(attempt?.body !== undefined && { body: attempt.body.replaceAll('$id', String(hers.id)) }),
      }),
    )
    if (!statuses.includes(told.status)) expect([doorName(door), told]).toEqual([doorName(door), statuses])
    for (const inside of [BYTES, 'hunter2', 'internal', String(hers.filename), 'postgres'])
      expect(told.text.replace('urn:stowage:problem:internal', '').replace('"code":"internal"', '')).not.toContain(inside)
    const answered = world.logged.slice(events).filter(({ message }) => message.startsWith('request '))
    expect([doorName(door), answered.length]).toEqual([doorName(door), 1])
  }
  expect(await world.state()).toEqual(before)
}

async function whileTimePasses(clock: ReturnType<typeof fakeClock>, answer: Promise<Told>): Promise<Told> {
  let told: Told | null = null
  const settled = answer.then(value => {
    told = value
  })
  while (told === null) {
    await clock.advance(6000)
    await new Promise(resolve => setImmediate(resolve))
  }
  await settled
  return told
}

const ACTIONS: readonly Action[] = ['list', 'read', 'create', 'update', 'delete']

describe('threat 3: a policy hook that does not answer', () => {
  const never = { op: 'all' } as const
  it.each(Object.entries({ ...faults, ...untrue }))('denies everything: a custom rule that %s', async (_name, fault) => {
    const rule = customRule('faulty', fault as () => boolean, fault as () => typeof never)
    await deniedEverywhere({ policy: { rules: Object.fromEntries(ACTIONS.map(action => [action, rule])) } }, [404])
  })

  it.each(Object.entries(faults))('denies everything: a look-up of roles that %s', async (_name, fault) => {
    const policy = roleBased({ viewer: ['list', 'read'], member: ['create', 'update', 'delete'] })
    const roleOf = fault as NonNullable<Space['roleOf']>
    await deniedEverywhere(
      { policy, space: 'shared', setUp: ({ spaces }) => void spaces.set('one', { id: 'one', roleOf }) },
      [404],
    )
  })

  it.each(Object.entries(untrue))('denies everything: a look-up of roles that %s', async (_name, fault) => {
    const policy = roleBased({ viewer: ['list', 'read'], member: ['create', 'update', 'delete'] })
    const roleOf = fault as NonNullable<Space['roleOf']>
    await deniedEverywhere(
      { policy, space: 'shared', setUp: ({ spaces }) => void spaces.set('one', { id: 'one', roleOf }) },
      [404],
    )
  })

  it.each(Object.entries({ ...faults, ...untrue }))('denies everything: an authenticate hook that %s', async (_name, fault) => {
    // Nobody who answers nothing is anonymous while the request carries credentials.
    await deniedEverywhere({ policy: ownerOnly({ read: 'anyone' }), authenticate: fault as Authenticate }, [401, 500, 503])
  })

  it.each(Object.entries(faults))('denies everything: a space hook that %s', async (_name, fault) => {
    const profile: Partial<ProfileOptions> = { space: fault as NonNullable<ProfileOptions['space']> }
    await deniedEverywhere({ policy: ownerOnly({ read: 'anyone' }), space: 'shared', profile }, [404, 503])
  })

  it.each(Object.entries(faults).filter(([name]) => !name.includes('undefined')))(
    'denies everything: a limit hook that %s',
    async (_name, fault) => {
      const profile: Partial<ProfileOptions> = { limit: fault as NonNullable<ProfileOptions['limit']> }
      await deniedEverywhere({ policy: ownerOnly({ read: 'anyone' }), profile }, [503])
    },
  )

  it('denies where one of two rules fails, whichever comes first', async () => {
    const faulty = customRule('faulty', faults.throws as () => boolean, faults.throws as () => typeof never)
    for (const rules of [
      [faulty, { rule: 'everyone' }],
      [{ rule: 'everyone' }, faulty],
    ] as const) {
      for (const rule of ['anyOf', 'allOf'] as const) {
        const both = { rule, rules }
        await deniedEverywhere({ policy: { rules: Object.fromEntries(ACTIONS.map(action => [action, both])) } }, [404])
      }
    }
  })

  it('denies where the opposite of a rule is asked', async () => {
    const faulty = customRule('faulty', faults.throws as () => boolean, faults.throws as () => typeof never)
    const opposite = { rule: 'not', of: faulty } as const
    await deniedEverywhere({ policy: { rules: Object.fromEntries(ACTIONS.map(action => [action, opposite])) } }, [404])
  })

  it('does not make an actor of what is none', async () => {
    const actors: readonly unknown[] = [true, 'alice', 7, {}, { id: '' }, { id: 7 }, { id: null }, [], [{ id: 'alice' }]]
    for (const actor of actors) {
      const world = await openWorld({ policy: ownerOnly({ read: 'anyone' }), authenticate: () => actor as Actor, inMemory: true })
      world.guard()
      expect([actor, (await ask(world.api, '/docs')).status]).toEqual([actor, 500])
    }
  })
})
