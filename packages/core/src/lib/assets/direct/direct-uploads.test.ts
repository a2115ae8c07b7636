import { createHash } from 'node:crypto'
import { gate, holdAt } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import {
  alice,
  bob,
  bytesOf,
  DAY,
  expectNothingLeft,
  MIB,
  openDirect,
  PLACES,
  type Place,
  sendAll,
} from '../../../../test/direct-world.ts'
import type { DirectMethod } from '../interface/direct-uploads.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 180_000 })

const PDF = Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.alloc(200_000, 7)])
const BIG = Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.alloc(17 * MIB, 9)])
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const ways: [Place, DirectMethod, Buffer][] = [
  ['disk', 'put', PDF],
  ['disk', 'multipart', BIG],
  ['memory', 'put', PDF],
  ['memory', 'post', PDF],
  ['memory', 'multipart', BIG],
  ['memory without copies', 'put', PDF],
]

describe.each(ways)('a direct upload to %s by %s', (place, method, bytes) => {
  it('is an asset once it is complete, and nothing before', async () => {
    const world = await openDirect(place)
    const { stowage, events, metadata, clock } = world
    const assets = stowage.as(alice)
    const details = { filename: 'guide.pdf', title: 'The guide', tags: ['a'], contentType: 'application/pdf' }
    const begun = await assets.beginUpload({ ...details, sizeBytes: bytes.byteLength, sha256: sha256(bytes), method })
    expect(begun).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      method,
      state: 'open',
      expiresAt: new Date(clock.now() + DAY),
      partCount: method === 'multipart' ? 3 : null,
      partBytes: method === 'multipart' ? 8 * MIB : null,
      asset: null,
      error: null,
    })
    await sendAll(world, assets, begun, bytes)
    expect((await assets.list()).items).toEqual([])
    expect(events).toEqual([])
    expect((await stowage.audit({ graceMs: 0, overdueMs: 0 })).total).toBe(0)
    expect(await assets.getUpload(begun.id)).toMatchObject({
      state: 'open',
      parts:
        method === 'multipart'
          ? [{ partNumber: 1 }, { partNumber: 2 }, { partNumber: 3, sizeBytes: bytes.byteLength - 16 * MIB }]
          : [],
    })
    const done = await assets.completeUpload(begun.id)
    expect(done).toMatchObject({ id: begun.id, state: 'done', request: null, parts: [] })
    expect(done.asset).toMatchObject({
      filename: 'guide.pdf',
      title: 'The guide',
      tags: ['a'],
      contentType: 'application/pdf',
      sizeBytes: bytes.byteLength,
      sha256: sha256(bytes),
      createdBy: 'alice',
    })
    expect(events).toEqual(['asset.ready'])
    const id = done.asset?.id ?? ''
    expect((await bytesOf(assets, id)).equals(bytes)).toBe(true)
    expect((await assets.completeUpload(begun.id)).asset).toEqual(done.asset)
    expect(await assets.getUpload(begun.id)).toMatchObject({ state: 'done', asset: { id } })
    await expect(assets.abortUpload(begun.id)).rejects.toMatchObject({ code: 'conflict' })
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: bytes.byteLength, count: 1 })
    await expectNothingLeft(world, 1)
    await expect(assets.getUpload(begun.id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await bytesOf(assets, id)).equals(bytes)).toBe(true)
  })

  it('leaves nothing when it is given up, whatever had arrived', async () => {
    const world = await openDirect(place, { quota: { count: 1 } })
    const assets = world.stowage.as(alice)
    const begin = () => assets.beginUpload({ sizeBytes: bytes.byteLength, method })
    const begun = await begin()
    await sendAll(world, assets, begun, bytes)
    await assets.abortUpload(begun.id)
    await expect(assets.completeUpload(begun.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(assets.abortUpload(begun.id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await world.keys()).toEqual([])
    expect(await world.unfinished()).toBe(0)
    const expired = await begin()
    await sendAll(world, assets, expired, bytes)
    await world.clock.advance(DAY)
    await expect(assets.completeUpload(expired.id)).rejects.toMatchObject({ code: 'not_found' })
    await expectNothingLeft(world, 0)
  })
})

describe.each(PLACES)('on %s, a direct upload', place => {
  it('that is read while its parts are joined, or removed, is shown as it is then', async () => {
    for (const ends of ['completeUpload', 'abortUpload'] as const) {
      const world = await openDirect(place)
      const assets = world.stowage.as(alice)
      const begun = await assets.beginUpload({ sizeBytes: 5, method: 'multipart' })
      await sendAll(world, assets, begun, Buffer.from('bytes'))
      const hold = gate()
      world.storage.inject({ on: 'multipart.listParts', nth: 1, fault: holdAt(hold) })
      const shown = assets.getUpload(begun.id).catch(error => error)
      await hold.reached
      await assets[ends](begun.id)
      hold.open()
      expect(await shown).toMatchObject(ends === 'completeUpload' ? { state: 'done' } : { message: /no such upload/ })
    }
  })

  it('belongs to whoever began it, where it was begun: all else is refused in the same words', async () => {
    const { stowage } = await openDirect(place)
    const { id } = await stowage.as(alice).beginUpload({ sizeBytes: 10 })
    const strangers = [stowage.as(bob), stowage.trusted, stowage.as(alice).in({ space: { id: 's' } })]
    const none = await stowage
      .as(alice)
      .getUpload('0'.repeat(32))
      .catch(error => error)
    expect(none).toMatchObject({ code: 'not_found' })
    for (const assets of strangers) {
      for (const call of [
        () => assets.getUpload(id),
        () => assets.presignParts(id, [1]),
        () => assets.completeUpload(id),
        () => assets.abortUpload(id),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'not_found', message: none.message })
      }
    }
    await expect(stowage.as(null).beginUpload({ sizeBytes: 10 })).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(stowage.as(null).getUpload(id)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await stowage.as(alice).getUpload(id)).toMatchObject({ state: 'open' })
  })
})
