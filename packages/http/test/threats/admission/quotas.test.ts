import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { file, form } from '../../form.ts'
import { as } from '../../open-api.ts'
import { rawSocket } from '../../raw-socket.ts'
import type { Answer, Send } from '../../transports.ts'
import { storedState } from '../wire/stored-state.ts'
import { openTwo } from './two-servers.ts'

const PATIENT = { timeout: 120_000 }
const RACERS = 50

let two: Awaited<ReturnType<typeof openTwo>>
beforeAll(async () => {
  two = await openTwo()
}, 60_000)
afterAll(() => two.close(), 60_000)

const pathOf = (space: string) => `/spaces/${space}/files`
const byForm = (send: Send, space: string, bytes: number) => {
  const { headers, body } = form(file(Buffer.alloc(bytes, 'x'), 'a.bin', 'application/octet-stream'))
  return send(pathOf(space), { method: 'POST', headers: { ...as('alice'), ...headers }, body })
}
const byBody = (send: Send, space: string, bytes: number) => {
  const headers = { ...as('alice'), 'content-type': 'application/octet-stream' }
  return send(`${pathOf(space)}?filename=a.bin`, { method: 'POST', headers, body: Buffer.alloc(bytes, 'x') })
}
/** How often each answer came. */
const tally = (answers: readonly Answer[]) => {
  const names = answers.map(({ status, json }) => `${status}${json.code ? ` ${json.code}` : ''}`)
  return Object.fromEntries([...new Set(names)].sort().map(name => [name, names.filter(other => other === name).length]))
}

/** Of the space: what is used. Of everything: no room is kept, and counters, rows and objects agree (I1, I3, I6). */
async function settled(space: string) {
  const assets = two.here.stowage.as({ id: 'alice' }).in({ space: { id: space, roleOf: () => 'member' } })
  const { tables } = await storedState(two.root)
  expect(tables.reservations).toEqual([])
  expect(await two.here.stowage.audit({ graceMs: 0, overdueMs: 0 })).toMatchObject({ complete: true, total: 0 })
  return (await assets.usage()).used
}

describe('threat 77: fifty uploads at once in two processes, where there is room for one', () => {
  it.each([
    ['by bytes, in small forms', 'nine-forms', byForm, 100],
    ['by bytes, of an announced length', 'nine-bodies', byBody, 100_000],
    ['by bytes, in forms that do not come at once', 'large-forms', byForm, 100_000],
  ] as const)('%s', PATIENT, async (_name, space, send, bytes) => {
    for (let at = 0; at < 9; at += 1) expect((await send(two.here.send, space, bytes)).status).toBe(201)
    const racers = Array.from({ length: RACERS }, (_, at) => send(at % 2 ? two.here.send : two.there, space, bytes))
    expect(tally(await Promise.all(racers))).toEqual({ '201': 1, '413 quota_exceeded': RACERS - 1 })
    expect(await settled(space)).toEqual({ bytes: 10 * bytes, count: 10 })
  })

  it('by number, of files and of links', PATIENT, async () => {
    const [space, json] = ['three-files', { ...as('alice'), 'content-type': 'application/json' }]
    const body = JSON.stringify({ externalUrl: 'https://example.com/' })
    const link = (send: Send) => send(pathOf(space), { method: 'POST', headers: json, body })
    expect((await link(two.here.send)).status).toBe(201)
    expect((await byForm(two.there, space, 10)).status).toBe(201)
    const racers = Array.from({ length: RACERS }, (_, at) => {
      const send = at % 4 < 2 ? two.here.send : two.there
      return at % 2 ? link(send) : byForm(send, space, 10)
    })
    expect(tally(await Promise.all(racers))).toEqual({ '201': 1, '413 quota_exceeded': RACERS - 1 })
    expect((await settled(space)).count).toBe(3)
  })
})

describe('threat 77: the last byte', () => {
  it('is taken, in a form too, and one more is refused before it is read', PATIENT, async () => {
    const { send, port } = two.here
    expect((await byForm(send, 'one-byte', 100)).status).toBe(201)
    expect(tally([await byForm(send, 'one-byte', 2), await byBody(send, 'one-byte', 2)])).toEqual({ '413 quota_exceeded': 2 })
    const socket = rawSocket(port)
    const head = `POST ${pathOf('one-byte')}?filename=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\n`
    // The body never comes: whoever waited for it would wait for ever.
    socket.write(`${head}Content-Type: application/octet-stream\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`)
    const answer = await socket.until(/"requestId"/)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).not.toContain('100 Continue')
    socket.socket.destroy()
    expect((await byForm(send, 'one-byte', 1)).status).toBe(201)
    expect(await settled('one-byte')).toEqual({ bytes: 101, count: 2 })
  })
})
