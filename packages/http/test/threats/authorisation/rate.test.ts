import { createServer } from 'node:http'
import { ownerOnly, StowageError } from '@stowage/core'
import { bearer, type ProfileOptions } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fillTemplate } from '../../../src/lib/routing/template.ts'
import { rawSocket } from '../../raw-socket.ts'
import { listen } from '../../transports.ts'
import { ask } from './ask.ts'
import { asksNobody, doorName, doorsOf } from './doors.ts'
import { keys } from './identities.ts'
import { plans } from './plans.ts'
import { openWorld } from './world.ts'

const alice = { authorization: `Bearer ${keys.alice}` }

/** Lets each actor through so often, then says how long to wait: as an application would write it. */
function bucket(allowed: number): NonNullable<ProfileOptions['limit']> {
  const used = new Map<string, number>()
  return ({ actor, request }) => {
    const who = actor?.id ?? request.remoteAddress ?? 'anonymous'
    const count = (used.get(who) ?? 0) + 1
    used.set(who, count)
    return count > allowed ? { retryAfterSeconds: 6.2 } : null
  }
}

describe('threat 80: a burst of requests', () => {
  it('is 429 with Retry-After at every door, before anything is looked up, and others go on', async () => {
    const world = await openWorld({ policy: ownerOnly(), profile: { limit: bucket(3) } })
    const hers = await world.make('alice', 'private')
    world.guard()
    for (let at = 0; at < 3; at++) expect((await ask(world.api, `/docs/${hers.id}`, { headers: alice })).status).toBe(200)
    const before = await world.state()
    const [calls, objects] = [world.metadata.calls.length, world.storage.calls.length]
    for (const door of doorsOf(world.stowage, world.profiles)) {
      // Of what has no actor there are others.
      if (asksNobody(plans[door.operation])) continue
      for (const attempt of plans[door.operation].methods[door.method] ?? []) {
        const values: Record<string, unknown> = { id: hers.id, filename: hers.filename, name: 'thumb', uploadId: '0'.repeat(32) }
        const path = fillTemplate(door.template, param => values[param] as string)
        const events = world.logged.length
        const told = await ask(world.api, `${path}${attempt.query === undefined ? '' : `?${attempt.query}`}`, {
          method: door.method,
          headers: { ...alice, ...attempt.headers },
          ...(attempt.body !== undefined && { body: attempt.body.replaceAll('$id', String(hers.id)) }),
        })
        expect([doorName(door), told.status, told.headers['retry-after']]).toEqual([doorName(door), 429, '7'])
        expect(
          world.logged.slice(events).map(({ message, details }) => [message, (details as { status: number }).status]),
        ).toEqual([['request refused', 429]])
      }
    }
    expect([world.metadata.calls.length, world.storage.calls.length]).toEqual([calls, objects])
    expect(await world.state()).toEqual(before)
    expect((await ask(world.api, `/docs/${hers.id}`, { headers: { authorization: `Bearer ${keys.bob}` } })).status).toBe(404)
  })

  it('also of links, which know no actor', async () => {
    const world = await openWorld({ policy: ownerOnly(), profile: { limit: bucket(2) } })
    const hers = await world.make('alice', 'private')
    const { token } = await world.stowage.trusted.createLink(hers.id)
    world.guard()
    const statuses: number[] = []
    for (let at = 0; at < 4; at++) statuses.push((await ask(world.api, `/docs/links/${token}`)).status)
    expect(statuses).toEqual([200, 200, 429, 429])
  })

  it('is answered while the body is still at the client: no 100 Continue, no byte read', async () => {
    const world = await openWorld({ policy: ownerOnly(), profile: { limit: bucket(0) } })
    world.guard()
    const before = await world.state()
    const server = await listen(createServer(nodeHandler(world.api)))
    onTestFinished(() => server.close())
    const head = (more: string) =>
      `POST /docs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.alice}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000000\r\n${more}\r\n`
    for (const more of ['', 'Expect: 100-continue\r\n']) {
      const socket = rawSocket(server.port)
      // The body never comes: whoever waited for it would wait for ever.
      socket.write(head(more))
      const answer = await socket.until(/"requestId"/)
      expect(answer).toMatch(/^HTTP\/1\.1 429 /)
      expect(answer.toLowerCase()).toContain('retry-after: 7')
      expect(answer).not.toContain('100 Continue')
      socket.socket.destroy()
    }
    expect(await world.state()).toEqual(before)
  })

  it('all at once lets exactly so many through', async () => {
    const world = await openWorld({ policy: ownerOnly(), profile: { limit: bucket(5) } })
    world.guard()
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(world.api, '/docs', { headers: alice })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(35)
  })

  it('of guessed keys is slowed down where keys are looked up', async () => {
    let tries = 0
    const authenticate = bearer(() => {
      if (++tries > 3) throw new StowageError('rate_limited', 'Too many wrong keys.', { details: { retryAfterSeconds: 30 } })
      return null
    })
    const world = await openWorld({ policy: ownerOnly(), authenticate })
    world.guard()
    const told = []
    for (let at = 0; at < 5; at++) told.push(await ask(world.api, '/docs', { headers: { authorization: `Bearer guess-${at}` } }))
    expect(told.map(({ status, headers }) => [status, headers['retry-after'] ?? null])).toEqual([
      [401, null],
      [401, null],
      [401, null],
      [429, '30'],
      [429, '30'],
    ])
  })
})
