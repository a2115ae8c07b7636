import { join } from 'node:path'
import { failBefore, fakeClock, withFaults } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { openDescriptors } from './open-descriptors.ts'
import { alice, openWire, type WireOptions, type WireServer } from './wire-server.ts'

const remove = (wire: WireServer, id: string) => wire.send(`/docs/${id}`, { method: 'DELETE', headers: alice })
const replace = (wire: WireServer, id: string, body: string) =>
  wire.send(`/docs/${id}/content`, { method: 'PUT', headers: { ...alice, 'content-type': 'text/plain' }, body })

/** A server whose clock the test moves, past the time after which late writers are looked for once more. */
async function openRacing(options: WireOptions = {}) {
  const clock = fakeClock()
  const wire = await openWire({ ...options, stowage: { clock } })
  return { ...wire, clock }
}
type Racing = Awaited<ReturnType<typeof openRacing>>

/** Gone by every path, and, once swept, from the disk: nothing of it comes back. */
async function expectGone(wire: Racing, id: string): Promise<void> {
  for (const path of [`/docs/${id}`, `/docs/${id}/content`, `/docs/${id}/content?download`]) {
    expect((await wire.send(path)).status).toBe(404)
  }
  expect((await wire.send('/docs?search=note')).json.items).toEqual([])
  expect((await replace(wire, id, 'again')).status).toBe(404)
  await vi.waitFor(async () => {
    await wire.stowage.sweep()
    await wire.clock.advance(24 * 60 * 60 * 1000)
    await wire.stowage.sweep()
    const { tables } = await wire.state()
    expect([tables.assets, tables.blobs, tables.jobs, tables.asset_tags]).toEqual([[], [], [], []])
  })
  expect((await wire.storage.list()).objects).toEqual([])
  expect((await wire.state()).tables.usage).toEqual([expect.objectContaining({ bytes: 0n, count: 0n })])
  expect((await wire.send(`/docs/${id}`)).status).toBe(404)
}

const large = Buffer.alloc(900_000, 'download ')

describe('threat 79: a deletion that races', () => {
  it.each([
    ['a file on disk', false],
    ['a stream', true],
  ])('with a slow download from %s: it ends whole, and the asset is gone', async (_, streams) => {
    const wire = await openRacing(
      streams
        ? {
            wrapStorage: ({ localFile: __, ...storage }) => ({
              ...storage,
              capabilities: { ...storage.capabilities, localFile: false },
            }),
          }
        : {},
    )
    const { id } = await wire.upload(large)
    const open = () => openDescriptors(join(wire.root, 'objects')).filter(name => !name.startsWith('socket'))
    const before = open()
    const slow = wire.raw()
    slow.write(`GET /docs/${id}/content HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    await slow.until('\r\n\r\n')
    slow.socket.pause()
    expect((await remove(wire, id)).status).toBe(204)
    expect((await wire.send(`/docs/${id}`)).status).toBe(404)
    await wire.stowage.sweep()
    slow.socket.resume()
    const received = await slow.ended
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(large.toString('latin1'))
    await expectGone(wire, id)
    await vi.waitFor(() => expect(open()).toEqual(before))
  })

  it('with itself: one 204, and for all others 404', async () => {
    const wire = await openRacing()
    const { id } = await wire.upload('once')
    const statuses = (await Promise.all(Array.from({ length: 12 }, () => remove(wire, id)))).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([204, ...Array<number>(11).fill(404)])
    await expectGone(wire, id)
  })

  it('with a replacement: whichever is first, deleted it stays', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 8; round++) {
      const wire = await openRacing()
      const { id } = await wire.upload('first')
      const writers = Array.from({ length: 3 }, (_, at) => replace(wire, id, `new ${at}`.repeat(at === 1 ? 30_000 : 1)))
      // From before the first of them has begun until after some have ended.
      for (let turn = 0; turn < round * 6; turn++) await new Promise(resolve => setImmediate(resolve))
      expect((await remove(wire, id)).status).toBe(204)
      for (const { status } of await Promise.all(writers)) expect([200, 404]).toContain(status)
      await expectGone(wire, id)
    }
  })

  it('with a replacement whose bytes are still under way: it is 404, and its object goes', async () => {
    const wire = await openRacing()
    const { id } = await wire.upload('first')
    const slow = wire.raw()
    slow.write(
      `PUT /docs/${id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: ${alice.authorization}\r\nContent-Type: text/plain\r\nContent-Length: 300000\r\nConnection: close\r\n\r\n`,
    )
    slow.write('n'.repeat(200_000))
    await vi.waitFor(async () => expect((await wire.state()).tables.blobs).toHaveLength(2))
    expect((await remove(wire, id)).status).toBe(204)
    await wire.stowage.sweep()
    slow.write('n'.repeat(100_000))
    expect(await slow.ended).toMatch(/^HTTP\/1\.1 404 /)
    await wire.stowage.sweep()
    expect((await wire.storage.list()).objects).toEqual([])
    expect((await wire.send(`/docs/${id}`)).status).toBe(404)
    expect((await wire.state()).tables.usage).toEqual([expect.objectContaining({ bytes: 0n, count: 0n })])
  })

  it('with an upload: what is not there yet has no row that could be named, and is whole once it is there', async () => {
    const wire = await openRacing()
    const slow = wire.raw()
    slow.write(
      `POST /docs?filename=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: ${alice.authorization}\r\nContent-Type: text/plain\r\nContent-Length: 300000\r\nConnection: close\r\n\r\n`,
    )
    slow.write('n'.repeat(200_000))
    await vi.waitFor(async () => expect((await wire.state()).tables.blobs).toHaveLength(1))
    expect((await wire.state()).tables.assets).toEqual([])
    expect((await wire.send('/docs', { headers: alice })).json).toMatchObject({ items: [] })
    slow.write('n'.repeat(100_000))
    const answer = await slow.ended
    expect(answer).toMatch(/^HTTP\/1\.1 201 /)
    const { id } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as { id: string }
    expect((await wire.send(`/docs/${id}/content`)).bytes.length).toBe(300_000)
    expect((await remove(wire, id)).status).toBe(204)
    await expectGone(wire, id)
  })

  it('with an update: the update is 200 before it, or 404 after it', async () => {
    const wire = await openRacing()
    const { id } = await wire.upload('text')
    const headers = { ...alice, 'content-type': 'application/json' }
    const updates = Array.from({ length: 8 }, (_, at) =>
      wire.send(`/docs/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ title: `t${at}`, tags: [`t${at}`] }) }),
    )
    const deleted = remove(wire, id)
    for (const { status } of await Promise.all(updates)) expect([200, 404]).toContain(status)
    expect((await deleted).status).toBe(204)
    await expectGone(wire, id)
  })

  it('whose storage fails at first is gone for everyone, and the object goes later', async () => {
    const wire = await openRacing({
      wrapStorage: storage => withFaults(storage, [{ on: 'delete', nth: 1, fault: failBefore() }]),
    })
    const { id } = await wire.upload('text')
    expect((await remove(wire, id)).status).toBe(204)
    for (const path of [`/docs/${id}`, `/docs/${id}/content`]) expect((await wire.send(path)).status).toBe(404)
    await wire.stowage.sweep()
    expect((await wire.send(`/docs/${id}/content`)).status).toBe(404)
  })
})
