import { ownerOnly, StowageError } from '@stowage/core'
import { failBefore } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { fillTemplate } from '../../../src/lib/routing/template.ts'
import { ask } from './ask.ts'
import { doorName, doorsOf, ofTheOne } from './doors.ts'
import { keys } from './identities.ts'
import { BYTES, plans } from './plans.ts'
import { openWorld } from './world.ts'

const INSIDE = [
  'hunter2',
  'db.internal',
  '/var/lib',
  'SELECT',
  'ECONNREFUSED',
  'secret-bucket',
  'X-Amz-Signature',
  'at Object',
  '.ts:',
]

/** Operations that write or read bytes; for HEAD and conditional answers there is nothing to read. */
const TOUCH_STORAGE: ReadonlySet<string> = new Set(['upload', 'generate', 'content', 'derivative', 'linkContent', 'replace'])

/** What a database or storage throws that is down, as drivers word it. */
const failures: Readonly<Record<string, () => Error>> = {
  'an error of its driver': () =>
    Object.assign(new Error('connect ECONNREFUSED postgres://app:hunter2@db.internal:5432, SELECT * FROM assets'), {
      code: 'ECONNREFUSED',
    }),
  'an error of the file system': () =>
    Object.assign(new Error("EIO: i/o error, open '/var/lib/stowage/secret-bucket/x'"), { code: 'EIO', path: '/var/lib' }),
  'unavailable, with its cause': () =>
    new StowageError('unavailable', 'GET https://secret-bucket.s3/x?X-Amz-Signature=hunter2 failed at db.internal.', {
      cause: new Error('ECONNREFUSED /var/lib'),
      details: { host: 'db.internal', sql: 'SELECT 1' },
    }),
  'internal, with its cause': () =>
    new StowageError('internal', 'SELECT * FROM assets failed on db.internal', { cause: new Error('hunter2') }),
  'a time limit': () => new StowageError('timeout', 'db.internal took over 5000 ms for SELECT 1', {}),
}

describe.each(Object.entries(failures))('threat 82: a database or storage that is down with %s', (_name, failure) => {
  it.each(['database', 'storage'] as const)('tells nothing of the inside at any door: %s', async place => {
    const world = await openWorld({ policy: ownerOnly(), profile: {} })
    const hers = await world.make('alice', 'private')
    const { token } = await world.stowage.trusted.createLink(hers.id)
    world.guard()
    const controls = place === 'database' ? world.metadata : world.storage
    // What is made of every file is there before.
    await world.stowage.sweep()
    const before = await world.state()
    let failed = 0
    const doors = doorsOf(world.stowage, world.profiles).filter(
      ({ operation }) => place === 'database' || TOUCH_STORAGE.has(operation),
    )
    for (const door of doors) {
      const plan = plans[door.operation]
      if (plan.asks === 'nothing') continue
      const attempt = plan.methods[door.method]?.[0]
      const values: Record<string, unknown> = {
        id: hers.id,
        filename: hers.filename,
        token,
        name: 'thumb',
        uploadId: '0'.repeat(32),
      }
      const path = fillTemplate(door.template, param => values[param] as string)
      const events = world.logged.length
      controls.inject({ on: '*', fault: failBefore(failure()) })
      const answer = await ask(world.api, `${path}${attempt?.query === undefined ? '' : `?${attempt.query}`}`, {
        method: door.method,
        headers: { authorization: `Bearer ${keys.alice}`, ...attempt?.headers },
        ...(attempt?.body !== undefined && { body: attempt.body.replaceAll('$id', String(hers.id)) }),
      })
      controls.heal()
      const told = ofTheOne(plan, answer)
      if (place === 'database')
        expect([doorName(door), told.status]).toEqual([doorName(door), expect.toSatisfy((status: number) => status >= 500)])
      if (told.status < 500) continue
      failed++
      expect([500, 503, 504]).toContain(told.status)
      for (const inside of INSIDE) expect(told.text + JSON.stringify(told.headers)).not.toContain(inside)
      expect(told.headers['x-request-id']).toBe('the-request')
      if (door.method !== 'HEAD') {
        const problem = JSON.parse(told.text) as Record<string, unknown>
        expect(Object.keys(problem).sort()).toEqual(['code', 'detail', 'requestId', 'status', 'title', 'type'])
        expect([problem.requestId, problem.detail]).toEqual(['the-request', problem.title])
      }
      // The log has what the answer leaves out, once, under the same id, and no signature.
      const mine = world.logged.slice(events).filter(({ message }) => message === 'request failed')
      expect(mine.map(({ details }) => (details as { requestId: string }).requestId)).toEqual(['the-request'])
      expect(JSON.stringify(world.logged.slice(events))).not.toContain('X-Amz-Signature')
    }
    expect(failed).toBeGreaterThanOrEqual(place === 'database' ? 18 : 8)
    await world.stowage.sweep()
    // An upload that could neither finish nor be taken back is the sweeper's, once its lease has ended; all else is as it was.
    const after = (await world.state()) as { rows: { state: string }[] }
    expect(after.rows.filter(({ state }) => state === 'ready')).toEqual((before as { rows: unknown[] }).rows)
    expect((await ask(world.api, `/docs/${hers.id}/content`, { headers: { authorization: `Bearer ${keys.alice}` } })).text).toBe(
      BYTES,
    )
  })
})
