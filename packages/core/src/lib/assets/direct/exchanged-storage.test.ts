import type { StorageAdapter } from '@stowage/core/contracts'
import { describe, expect, it, vi } from 'vitest'
import { alice, bytesOf, type DirectWorld, expectNothingLeft, MIB, openDirect, sendAll } from '../../../../test/direct-world.ts'
import { signedMemory } from '../../../../test/signed-memory.ts'
import { withName } from '../../storage/with-name.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 180_000 })

const ways = [
  ['put', Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.alloc(200_000, 7)])],
  ['multipart', Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.alloc(9 * MIB, 9)])],
] as const

/** The service as it is once new objects go to another storage. */
async function exchanged(world: DirectWorld, { known }: { readonly known: boolean }) {
  const next = withName(signedMemory(world.clock, { copies: true }), 'next')
  const old: StorageAdapter = Object.assign(Object.create(world.storage), { close: undefined })
  const { stowage } = await world.open({ storage: next, otherStorages: known ? [old] : [] })
  return { assets: stowage.as(alice), stowage, next }
}

describe.each(ways)('a direct upload by %s that was begun before new objects went to another storage', (method, bytes) => {
  it.each([100 * MIB, 1000])(
    'is signed, completed and verified where it was begun (by a job above %d bytes)',
    async verifyInJobBytes => {
      const world = await openDirect('disk', { quota: { count: 5 }, directUploads: { verifyInJobBytes } })
      const { id } = await world.stowage.as(alice).beginUpload({ sizeBytes: bytes.byteLength, method })
      const { assets, stowage, next } = await exchanged(world, { known: true })
      await sendAll(world, assets, await assets.getUpload(id), bytes)
      await assets.completeUpload(id)
      await stowage.sweep()
      const { state, asset } = await assets.getUpload(id)
      expect([state, asset?.sizeBytes]).toEqual(['done', bytes.byteLength])
      expect((await bytesOf(assets, asset?.id ?? '')).equals(bytes)).toBe(true)
      expect([(await next.list()).objects, (await world.keys()).length]).toEqual([[], 1])
      // Whoever begins now is led to the new one.
      const { request } = await assets.beginUpload({ sizeBytes: 5, method: 'put' })
      expect(request?.url.startsWith('https://files.example.com/')).toBe(false)
      await expectNothingLeft({ ...world, stowage }, 1)
    },
  )

  it('waits for a process that knows its storage, and goes when its time is over', async () => {
    const world = await openDirect('disk', { quota: { count: 1 } })
    const begun = await world.stowage.as(alice).beginUpload({ sizeBytes: bytes.byteLength, method })
    await sendAll(world, world.stowage.as(alice), begun, bytes)
    const { assets, next } = await exchanged(world, { known: false })
    for (const ask of [() => assets.getUpload(begun.id), () => assets.completeUpload(begun.id)]) {
      await expect(ask()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('storage fs') })
    }
    expect((await next.list()).objects).toEqual([])
    expect(await world.stowage.as(alice).getUpload(begun.id)).toMatchObject({ state: 'open' })
    await expectNothingLeft(world, 0)
  })
})
