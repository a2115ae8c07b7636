import { fakeClock } from '@stowage/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { file, form } from '../../form.ts'
import { as } from '../../open-api.ts'
import { rawSocket } from '../../raw-socket.ts'
import type { Send } from '../../transports.ts'
import { storedState } from '../wire/stored-state.ts'
import { openLimited } from './limited-server.ts'
import { openTwo } from './two-servers.ts'

const PATIENT = { timeout: 120_000 }
const MINUTE = 60_000

let two: Awaited<ReturnType<typeof openTwo>>
beforeAll(async () => {
  two = await openTwo()
}, 60_000)
afterAll(() => two.close(), 60_000)

const upload = (send: Send, key: string, text = 'text', { space = 'a', actor = 'alice' } = {}) => {
  const { headers, body } = form(file(text))
  const sent = { ...as(actor), ...headers, 'idempotency-key': `"${key}"` }
  return send(`/spaces/${space}/files`, { method: 'POST', headers: sent, body })
}
const rows = async (table: string) => (await storedState(two.root)).tables[table] ?? []

describe('threat 78: a request that comes twice', () => {
  it('is answered with the same asset, by either process; with another body it is refused', PATIENT, async () => {
    const first = await upload(two.here.send, 'same')
    expect(first.status).toBe(201)
    const before = (await storedState(two.root)).files
    for (const send of [two.there, two.here.send]) {
      const again = await upload(send, 'same')
      expect([again.status, again.json, again.headers.get('location')]).toEqual([201, first.json, first.headers.get('location')])
      expect((await upload(send, 'same', 'changed')).json).toMatchObject({ status: 422, code: 'unprocessable' })
    }
    expect((await storedState(two.root)).files).toEqual(before)
  })

  it('of another tenant or in another space is another request', PATIENT, async () => {
    const answers = [
      await upload(two.here.send, 'own', 'one'),
      await upload(two.there, 'own', 'two', { actor: 'bob' }),
      await upload(two.here.send, 'own', 'three', { space: 'b' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(3)
  })

  it('many times at once is one asset', PATIENT, async () => {
    const racers = Array.from({ length: 40 }, (_, at) => upload(at % 2 ? two.here.send : two.there, 'race', 'x'.repeat(100_000)))
    const answers = await Promise.all(racers)
    const made = answers.filter(({ status }) => status === 201)
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([])
    expect([made.length > 0, new Set(made.map(({ json }) => json.id)).size]).toEqual([true, 1])
    expect((await upload(two.there, 'race', 'x'.repeat(100_000))).json.id).toBe(made[0]?.json.id)
  })
})

describe('threat 78: a request whose process was killed', () => {
  const beginning = (key: string) =>
    `POST /spaces/nine-bodies/files?filename=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\nContent-Type: text/plain\r\nIdempotency-Key: ${key}\r\n` +
    `Content-Length: 200000\r\n\r\n${'x'.repeat(100_000)}`

  it('is one asset: behind its commit at once, in its middle once its lease has ended', PATIENT, async () => {
    const behind = await upload(two.there, 'behind')
    const count = (await rows('assets')).length
    const socket = rawSocket(two.port)
    socket.write(beginning('killed'))
    await vi.waitFor(async () => expect(await rows('reservations')).toHaveLength(1), PATIENT)
    const writing = async () => (await rows('blobs')).filter(row => (row as { readonly state: string }).state === 'writing')
    await vi.waitFor(async () => expect(await writing()).not.toEqual([]), PATIENT)
    await two.kill()
    expect((await upload(two.here.send, 'behind')).json).toEqual(behind.json)
    const again = (send: Send) => {
      const headers = { ...as('alice'), 'content-type': 'text/plain', 'idempotency-key': 'killed' }
      return send('/spaces/nine-bodies/files?filename=a.txt', { method: 'POST', headers, body: 'x'.repeat(200_000) })
    }
    const early = await again(two.here.send)
    expect([early.status, early.headers.get('retry-after')]).toEqual([409, '1'])
    const later = await openLimited(two.root, { clock: fakeClock({ now: Date.now() + 16 * MINUTE }) })
    onTestFinished(later.close)
    const made = await again(later.send)
    expect(made.status).toBe(201)
    expect((await again(two.here.send)).json).toEqual(made.json)
    await later.stowage.sweep()
    expect([(await rows('assets')).length, await rows('reservations')]).toEqual([count + 1, []])
    const { used, reserved } = await later.stowage.trusted.in({ space: { id: 'nine-bodies' } }).usage()
    expect([used, reserved]).toEqual([
      { bytes: 200_000, count: 1 },
      { bytes: 0, count: 0 },
    ])
  })

  it('leaves no key behind once a day has passed and the sweeper came by', PATIENT, async () => {
    const later = await openLimited(two.root, { clock: fakeClock({ now: Date.now() + 25 * 60 * MINUTE }) })
    onTestFinished(later.close)
    expect(await rows('idempotency')).not.toEqual([])
    await later.stowage.sweep()
    expect(await rows('idempotency')).toEqual([])
  })
})
