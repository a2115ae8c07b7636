import { createHash } from 'node:crypto'
import { failBefore, gate, holdAt } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { alice, bytesOf, DAY, type DirectWorld, expectNothingLeft, openDirect } from '../../../../test/direct-world.ts'
import { heldBody } from '../../../../test/held-body.ts'
import { chunked } from '../../../../test/open-stowage.ts'
import type { Assets } from '../interface/assets.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 120_000 })

const PART = 1000
const FILE = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * i) % 251))
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
/** One that is cut off after its bytes. */
async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* chunked(bytes, 300)
  throw new Error('The connection is gone.')
}

const open = (options: Parameters<typeof openDirect>[1] = {}) =>
  openDirect('memory in least parts', {
    rowsInMemory: true,
    ...options,
    resumable: { partBytes: PART, ...options.resumable },
  })

/** Sizes of what was put since, in order. */
function watched({ storage }: DirectWorld) {
  const from = storage.calls.length
  const since = () => storage.calls.slice(from)
  return {
    parts: () => since().filter(({ op }) => op === 'multipart.putPart').length,
    fragments: () => since().filter(({ op }) => op === 'put').length,
    read: () => since().filter(({ op }) => op === 'get').length,
  }
}

/** Sends a file up to each of these places in turn, and says whether what is kept is what was sent. */
async function sentUpTo(assets: Assets, id: string, file: Uint8Array, ends: readonly number[], chunk = 333): Promise<void> {
  let at = 0
  for (const end of ends) {
    const { offsetBytes } = await assets.appendResumable(id, {
      offsetBytes: at,
      body: chunked(file.subarray(at, end), chunk),
      lengthBytes: end - at,
    })
    expect(offsetBytes).toBe(end)
    at = end
  }
}

const keysOf = async ({ keys }: DirectWorld): Promise<readonly string[]> =>
  (await keys()).filter(key => key.startsWith('staging/'))

describe('a resumable upload where parts have a least size', () => {
  it.each([1, 999, 1000, 1001, 2000, 3500])('is the file that was sent, of %i bytes, wherever a request ended', async size => {
    const world = await open()
    const assets = world.stowage.as(alice)
    const file = FILE.subarray(0, size)
    const ways = [[size], [1, size], [999, size], [1000, size], [1001, size], [size - 1, size], [500, 1500, 1501, 2500, size]]
    for (const way of ways) {
      const ends = [...new Set(way.filter(end => end > 0 && end <= size))]
      const { id } = await assets.createResumable({ sizeBytes: size })
      await sentUpTo(assets, id, file, ends)
      const { asset } = await assets.getResumable(id)
      expect([ends, asset?.sha256]).toEqual([ends, sha256(file)])
      expect((await bytesOf(assets, asset?.id ?? '')).equals(file)).toBe(true)
      expect(await keysOf(world)).toEqual([])
    }
    await expectNothingLeft(world, ways.length)
  })

  it('is put in parts of one size; only what a request leaves is an object of its own, until its part is whole', async () => {
    const world = await open()
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes: 4200 })
    const seen = watched(world)
    await sentUpTo(assets, id, FILE, [3000], 70)
    expect([seen.parts(), seen.fragments()]).toEqual([3, 0])
    await assets.appendResumable(id, { offsetBytes: 3000, body: chunked(FILE.subarray(3000, 3400)) })
    expect([seen.parts(), seen.fragments(), await keysOf(world)]).toEqual([3, 1, [expect.any(String)]])
    const [upload] = await world.metadata.listExpiredUploads(Number.MAX_SAFE_INTEGER, 10)
    expect(upload?.data).toMatchObject({ partBytes: PART, received: { runs: [[1, 3, 3000]], fragments: [{ bytes: 400 }] } })
    await assets.appendResumable(id, { offsetBytes: 3400, body: chunked(FILE.subarray(3400, 4100)) })
    // What was used up is gone at once.
    expect([seen.parts(), seen.fragments(), seen.read(), await keysOf(world)]).toEqual([4, 2, 1, [expect.any(String)]])
    const { asset } = await assets.appendResumable(id, { offsetBytes: 4100, body: chunked(FILE.subarray(4100, 4200)) })
    expect([asset?.sha256, seen.parts(), await keysOf(world)]).toEqual([sha256(FILE.subarray(0, 4200)), 5, []])
    await expectNothingLeft(world, 1)
  })

  it('keeps all that came of requests that were cut off, wherever that was', async () => {
    const world = await open()
    const assets = world.stowage.as(alice)
    for (const end of [1, 299, 600, 999, 1000, 1001, 1300, 2000, 2001]) {
      const { id } = await assets.createResumable({ sizeBytes: 2500 })
      await expect(assets.appendResumable(id, { offsetBytes: 0, body: cut(FILE.subarray(0, end)) })).rejects.toThrow(/gone/)
      const { offsetBytes } = await assets.resumableOffset(id)
      expect(offsetBytes).toBe(end)
      const { asset } = await assets.appendResumable(id, { offsetBytes, body: chunked(FILE.subarray(end, 2500), 100) })
      expect(asset?.sha256).toBe(sha256(FILE.subarray(0, 2500)))
    }
    await expectNothingLeft(world, 9)
  })

  it('may come in very many requests: their pieces are joined, and no number of a part is used up by them', async () => {
    const world = await open()
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes: 1500 })
    let most = 0
    for (let at = 0; at < 1490; at += 10) {
      await assets.appendResumable(id, { offsetBytes: at, body: chunked(FILE.subarray(at, at + 10)) })
      most = Math.max(most, (await keysOf(world)).length)
    }
    expect(most).toBe(64)
    const [upload] = await world.metadata.listExpiredUploads(Number.MAX_SAFE_INTEGER, 10)
    expect(upload?.data).toMatchObject({ received: { runs: [[1, 1, 1000]], nextPart: 2 } })
    const { asset } = await assets.appendResumable(id, { offsetBytes: 1490, body: chunked(FILE.subarray(1490, 1500)) })
    expect(asset?.sha256).toBe(sha256(FILE.subarray(0, 1500)))
    await expectNothingLeft(world, 1)
  })

  it('of a length that becomes known with its last byte, or after it, is whole only with its last part', async () => {
    const world = await open({ quota: { bytes: 10_000 } })
    const assets = world.stowage.as(alice)
    for (const last of [300, 0]) {
      const { id } = await assets.createResumable({})
      await sentUpTo(assets, id, FILE, [700, 1800 - last])
      const rest = () => ({ offsetBytes: 1800 - last, body: chunked(FILE.subarray(1800 - last, 1800)), declareBytes: 1800 })
      world.storage.inject({ on: 'multipart.putPart', fault: failBefore() })
      await expect(assets.appendResumable(id, rest())).rejects.toMatchObject({ code: 'unavailable' })
      world.storage.heal()
      expect(await assets.resumableOffset(id)).toMatchObject({ state: 'open', offsetBytes: 1800 - last })
      const done = await assets.appendResumable(id, rest())
      expect(done).toMatchObject({ state: 'done', asset: { sha256: sha256(FILE.subarray(0, 1800)) } })
    }
    await expectNothingLeft(world, 2)
  })

  it('holds no more in memory than its share, however many there are: the rest is stored before its part is whole', async () => {
    const world = await open({ limits: { maxBytes: 3_000_000 }, resumable: { partBytes: 650_000, memoryBytes: 1 } })
    const assets = world.stowage.as(alice)
    const file = Buffer.alloc(700_000, 'The same again. ')
    const held = Array.from({ length: 50 }, () => heldBody(file.subarray(0, 600_000)))
    const sends = held.map(async ({ body }) => {
      const { id } = await assets.createResumable({ sizeBytes: file.byteLength })
      return assets.appendResumable(id, { offsetBytes: 0, body })
    })
    await Promise.all(held.map(({ waits }) => waits))
    // Twice 256 KiB of each, the last of which may be on its way.
    await expect.poll(async () => (await keysOf(world)).length).toBe(100)
    for (const { goOn, end } of held) {
      goOn(file.subarray(600_000))
      end()
    }
    for (const { asset } of await Promise.all(sends)) expect(asset?.sha256).toBe(sha256(file))
    await expectNothingLeft(world, 50)
  })

  it('stores one part while it collects the next, and keeps both', async () => {
    const world = await open()
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes: 2500 })
    const door = gate()
    world.storage.inject({ on: 'multipart.putPart', nth: 1, fault: holdAt(door) })
    const source = heldBody(FILE.subarray(0, 1000))
    const done = assets.appendResumable(id, { offsetBytes: 0, body: source.body })
    await door.reached
    // More is asked for, although nothing is stored yet.
    await source.waits
    source.goOn(FILE.subarray(1000, 1900))
    source.goOn(FILE.subarray(1900, 2500))
    source.end()
    door.open()
    expect((await done).asset?.sha256).toBe(sha256(FILE.subarray(0, 2500)))
    await expectNothingLeft(world, 1)
  })

  it('ends a request at once when the storage fails, whether or not more comes', async () => {
    const world = await open()
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes: 2500 })
    world.storage.inject({ on: 'multipart.putPart', nth: 1, fault: failBefore() })
    const hung = heldBody(FILE.subarray(0, 1200))
    await expect(assets.appendResumable(id, { offsetBytes: 0, body: hung.body })).rejects.toMatchObject({ code: 'unavailable' })
    const { offsetBytes } = await assets.resumableOffset(id)
    expect(offsetBytes).toBe(0)
    await sentUpTo(assets, id, FILE, [2500])
    await expectNothingLeft(world, 1)
  })

  it('keeps nothing of a request that does not have its checksum, and uses what was there before all the same', async () => {
    const world = await open({ resumable: { memoryBytes: 1 } })
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes: 3400 })
    await sentUpTo(assets, id, FILE, [300, 600])
    const checksum = (bytes: Uint8Array) => ({ algorithm: 'sha256', value: sha256(bytes) }) as const
    const more = FILE.subarray(600, 2700)
    const sent = (bytes: Uint8Array, of: Uint8Array) =>
      assets.appendResumable(id, { offsetBytes: 600, body: chunked(bytes, 99), checksum: checksum(of) })
    await expect(sent(more, FILE)).rejects.toMatchObject({ code: 'checksum_mismatch' })
    await expect(assets.appendResumable(id, { offsetBytes: 600, body: cut(more), checksum: checksum(more) })).rejects.toThrow(
      /gone/,
    )
    expect([(await assets.resumableOffset(id)).offsetBytes, (await keysOf(world)).length]).toEqual([600, 2])
    expect((await sent(more, more)).offsetBytes).toBe(2700)
    expect(await keysOf(world)).toHaveLength(1)
    const last = FILE.subarray(2700, 3400)
    const done = await assets.appendResumable(id, { offsetBytes: 2700, body: chunked(last), checksum: checksum(last) })
    expect(done.asset?.sha256).toBe(sha256(FILE.subarray(0, 3400)))
    await expectNothingLeft(world, 1)
  })

  it('keeps what there is room for, where the quota ends in the middle of a part', async () => {
    const world = await open({ quota: { bytes: 12_000 } })
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({})
    await expect(
      assets.appendResumable(id, { offsetBytes: 0, body: chunked(FILE.subarray(0, 13_000), 500) }),
    ).rejects.toMatchObject({
      code: 'quota_exceeded',
    })
    const { offsetBytes } = await assets.resumableOffset(id)
    expect(offsetBytes).toBeGreaterThan(7000)
    expect(offsetBytes).toBeLessThanOrEqual(12_000)
    const done = await assets.appendResumable(id, { offsetBytes, body: chunked(Buffer.alloc(0)), declareBytes: offsetBytes })
    expect(done.asset?.sha256).toBe(sha256(FILE.subarray(0, offsetBytes)))
    await expectNothingLeft(world, 1)
  })

  it('takes the pieces with it: given up, refused or expired, it leaves nothing, and lives as long as bytes come', async () => {
    const world = await open({ quota: { count: 3 } })
    const assets = world.stowage.as(alice)
    const [aborted, expired, refused] = [
      await assets.createResumable({ sizeBytes: 900 }),
      await assets.createResumable({ sizeBytes: 5000 }),
      await assets.createResumable({ sizeBytes: 900, sha256: sha256(FILE) }),
    ]
    for (const { id } of [aborted, expired, refused]) await sentUpTo(assets, id, FILE, [100, 200])
    await assets.abortResumable(aborted.id)
    expect(await keysOf(world)).toHaveLength(4)
    await expect(
      assets.appendResumable(refused.id, { offsetBytes: 200, body: chunked(FILE.subarray(200, 900)) }),
    ).rejects.toMatchObject({
      code: 'checksum_mismatch',
    })
    expect(await keysOf(world)).toHaveLength(2)
    for (let day = 0; day < 3; day += 1) {
      await world.clock.advance(DAY - 1000)
      await world.stowage.sweep()
      const { offsetBytes } = await assets.resumableOffset(expired.id)
      await assets.appendResumable(expired.id, { offsetBytes, body: chunked(FILE.subarray(offsetBytes, offsetBytes + 100)) })
    }
    expect(await keysOf(world)).toHaveLength(5)
    await world.clock.advance(DAY)
    await world.stowage.sweep()
    expect(await world.keys()).toEqual([])
    await expectNothingLeft(world, 0)
  })

  it('is nothing to a writer that was fenced off, whose piece is removed however late it comes', async () => {
    const world = await open({ rowsInMemory: false })
    const [one, two] = [world.stowage.as(alice), (await world.open()).stowage.as(alice)]
    const { id } = await one.createResumable({ sizeBytes: 1500 })
    await sentUpTo(one, id, FILE, [200])
    const door = gate()
    world.storage.inject({ on: 'put', nth: 1, fault: holdAt(door) })
    const older = one.appendResumable(id, { offsetBytes: 200, body: chunked(Buffer.alloc(300)) }).catch((error: unknown) => error)
    await door.reached
    const { offsetBytes } = await two.resumableOffset(id)
    expect(offsetBytes).toBe(200)
    await two.appendResumable(id, { offsetBytes, body: chunked(FILE.subarray(200, 1200)) })
    const { asset } = await two.appendResumable(id, { offsetBytes: 1200, body: chunked(FILE.subarray(1200, 1500)) })
    expect(asset?.sha256).toBe(sha256(FILE.subarray(0, 1500)))
    door.open()
    expect(await older).toMatchObject({ code: 'conflict' })
    expect(await keysOf(world)).toHaveLength(1)
    await expectNothingLeft(world, 1)
  })

  it.each([
    ['the same bytes', 0, 'done'],
    ['other bytes', 1, 'failed'],
  ] as const)(
    'whose part is put once more by a writer that was fenced off, of %s, is what was acknowledged, or nothing',
    async (_of, from, state) => {
      const world = await open({ rowsInMemory: false })
      const [one, two] = [world.stowage.as(alice), (await world.open()).stowage.as(alice)]
      const { id } = await one.createResumable({ sizeBytes: 1500 })
      const door = gate()
      world.storage.inject({ on: 'multipart.putPart', nth: 1, fault: holdAt(door) })
      const sent = FILE.subarray(from, from + 1000)
      const older = one.appendResumable(id, { offsetBytes: 0, body: chunked(sent) }).catch((error: unknown) => error)
      await door.reached
      await two.resumableOffset(id)
      await two.appendResumable(id, { offsetBytes: 0, body: chunked(FILE.subarray(0, 1200)) })
      door.open()
      expect(await older).toMatchObject({ code: 'conflict' })
      const done = two.appendResumable(id, { offsetBytes: 1200, body: chunked(FILE.subarray(1200, 1500)) })
      if (state === 'done') expect((await done).asset?.sha256).toBe(sha256(FILE.subarray(0, 1500)))
      else await expect(done).rejects.toMatchObject({ code: 'unprocessable' })
      expect(await two.getResumable(id)).toMatchObject({ state })
      await expectNothingLeft(world, state === 'done' ? 1 : 0)
    },
  )

  it('is refused where the storage has lost a piece of it, and nothing else is', async () => {
    const world = await open()
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes: 2000 })
    await sentUpTo(assets, id, FILE, [100])
    await world.plain.delete(await keysOf(world))
    await expect(assets.appendResumable(id, { offsetBytes: 100, body: chunked(FILE.subarray(100, 2000)) })).rejects.toMatchObject(
      {
        code: 'unprocessable',
      },
    )
    expect(await assets.getResumable(id)).toMatchObject({ state: 'failed', error: expect.stringContaining('lost') })
    await expectNothingLeft(world, 0)
  })

  it('that is refused by its first bytes has stored nothing yet', async () => {
    const world = await open({ accept: ['image/*'], resumable: { partBytes: 100_000 } })
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes: 200_000 })
    const seen = watched(world)
    const hung = heldBody(Buffer.concat([Buffer.from('%PDF-1.7 '), FILE]))
    await expect(assets.appendResumable(id, { offsetBytes: 0, body: hung.body })).rejects.toMatchObject({ status: 422 })
    expect([seen.parts(), seen.fragments()]).toEqual([0, 0])
    await expectNothingLeft(world, 0)
  })
})

describe('a resumable upload where parts have any size', () => {
  it('that comes in more requests than it may have parts is whole all the same', async () => {
    const world = await openDirect('memory', { rowsInMemory: true })
    const assets = world.stowage.as(alice)
    const pieces = 1060
    const { id } = await assets.createResumable({ sizeBytes: pieces * 10 })
    for (let i = 0; i < pieces; i += 1)
      await assets.appendResumable(id, {
        offsetBytes: i * 10,
        body: chunked(FILE.subarray(i * 10, i * 10 + 10)),
        lengthBytes: 10,
      })
    expect((await assets.getResumable(id)).asset?.sha256).toBe(sha256(FILE.subarray(0, pieces * 10)))
    expect(world.storage.calls.filter(({ op }) => op === 'multipart.putPart')).toHaveLength(1001)
    await expectNothingLeft(world, 1)
  })
})
