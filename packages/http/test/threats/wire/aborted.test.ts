import { defineKind } from '@stowage/core'
import { describe, expect, it, vi } from 'vitest'
import { type FormPart, file, form } from '../../form.ts'
import { cutConnection, type Ending, until, watchConnections } from './cut-connection.ts'
import { openDescriptors } from './open-descriptors.ts'
import { alice, docs, openWire, type WireServer } from './wire-server.ts'

const ENDINGS: readonly Ending[] = ['RST', 'FIN']
const AT_ONCE = 50

function request(method: string, path: string, ...parts: readonly FormPart[]): Buffer {
  const { headers, body } = form(...parts)
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${alice.authorization}\r\nContent-Type: ${headers['content-type']}\r\n`
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body])
}

/** Cuts one request at each of the places, many connections at a time. */
async function cutAt(wire: WireServer, bytes: Uint8Array, places: readonly number[], ending: Ending): Promise<void> {
  const serverEnds = watchConnections(wire)
  const before = await wire.state()
  const descriptors = openDescriptors(wire.root)
  wire.logged.length = 0
  for (let from = 0; from < places.length; from += AT_ONCE) {
    const batch = places.slice(from, from + AT_ONCE)
    await Promise.all(batch.map(at => cutConnection(wire, serverEnds, { bytes, at, ending })))
    await vi.waitFor(async () => expect(await wire.state()).toEqual(before), { timeout: 15_000 })
  }
  await vi.waitFor(() => expect(openDescriptors(wire.root)).toEqual(descriptors), { timeout: 15_000 })
  // At most one event for each, and none that shows a fault of the server's own.
  expect(wire.logged.length).toBeLessThanOrEqual(places.length)
  expect(wire.logged.filter(({ message }) => message !== 'request refused')).toEqual([])
  expect((await wire.send('/docs')).status).toBe(200)
}

const every = (length: number) => Array.from({ length }, (_, at) => at)

function random(count: number, below: number, seed: number): number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return state % below
  })
}

describe.each(ENDINGS)('threat 54: a client that goes by %s', ending => {
  const late: FormPart = { name: 'description', value: 'behind the file, which is stored by now' }

  it('at any byte of a small upload leaves nothing', { timeout: 120_000 }, async () => {
    const wire = await openWire()
    const bytes = request('POST', '/docs', { name: 'title', value: 'early' }, file('y'.repeat(800)), late)
    expect(bytes.length).toBeGreaterThan(1000)
    await cutAt(wire, bytes, every(bytes.length), ending)
  })

  it('somewhere in a large upload leaves nothing', { timeout: 120_000 }, async () => {
    const wire = await openWire()
    const bytes = request('POST', '/docs', { name: 'title', value: 'early' }, file('z'.repeat(300 * 1024)), late)
    const tail = every(20).map(back => bytes.length - 1 - 10 * back)
    await cutAt(wire, bytes, [...random(200, bytes.length, 54), ...tail], ending)
  })

  it('somewhere in a raw upload or a replacement leaves what was there', { timeout: 120_000 }, async () => {
    const wire = await openWire()
    const { id } = await wire.upload('first')
    for (const target of ['POST /docs?filename=a.txt', `PUT /docs/${id}/content`]) {
      const head = `${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${alice.authorization}\r\nContent-Type: text/plain\r\nContent-Length: 200000\r\n\r\n`
      const bytes = Buffer.from(head + 'r'.repeat(200_000))
      await cutAt(wire, bytes, [...random(30, bytes.length, 7), ...every(5).map(back => bytes.length - 1 - back)], ending)
    }
    expect((await wire.send(`/docs/${id}/content`)).text).toBe('first')
  })
})

describe('threat 55: a client that goes while a hook is asked', () => {
  /** A hook that says when it was asked, and waits. */
  function slow<T>(answer: T) {
    const { promise, resolve } = Promise.withResolvers<void>()
    let asked = 0
    const hook = async (): Promise<T> => {
      asked++
      await promise
      return answer
    }
    return { hook, release: resolve, asked: () => asked }
  }
  const small = request('POST', '/docs', file('content'))
  const large = request('POST', '/docs', file('l'.repeat(200_000)))

  const gates = {
    authenticate: slow({ id: 'alice' }),
    limit: slow(null),
    space: slow({ id: 'alices', ownerId: 'alice' }),
  }
  const policyGate = slow(true)
  const slowPolicy = defineKind({
    ...docs,
    policy: { rules: { list: { rule: 'everyone' }, create: { rule: 'custom', name: 'slow', test: policyGate.hook } } },
  })

  async function goneMeanwhile(wire: WireServer, gate: ReturnType<typeof slow>): Promise<void> {
    const before = await wire.state()
    const serverEnds = watchConnections(wire)
    // A FIN behind a whole request is no departure: the client still waits for its answer.
    const going = [
      { bytes: small, at: small.length, ending: 'RST' },
      ...ENDINGS.flatMap(ending => [
        { bytes: small, at: small.length - 1, ending },
        { bytes: large, at: 30_000, ending },
      ]),
    ] as const
    const cut = going.map(each => cutConnection(wire, serverEnds, each))
    await until(() => gate.asked() >= going.length)
    await Promise.all(cut)
    wire.logged.length = 0
    gate.release()
    await vi.waitFor(() => expect(wire.logged.length).toBe(going.length))
    expect(wire.logged.map(({ details }) => details)).toEqual(
      going.map(() => expect.objectContaining({ code: 'aborted', status: 499 })),
    )
    expect(await wire.state()).toEqual(before)
    await wire.upload('next')
  }

  it.each(['authenticate', 'limit', 'space'] as const)('%s leaves nothing', async name => {
    const gate = gates[name]
    const wire = await openWire({ profile: { [name]: gate.hook } })
    await goneMeanwhile(wire, gate)
  })

  it('the policy leaves nothing', async () => {
    await goneMeanwhile(await openWire({ kind: slowPolicy }), policyGate)
  })
})
