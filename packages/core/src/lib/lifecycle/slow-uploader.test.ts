import { gate } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { openStowage } from '../../../test/open-stowage.ts'

const MINUTE = 60_000

/** Two services on one disk and one database, as two processes would be: one takes the upload, the other sweeps. */
async function uploaderAndReaper() {
  const uploader = await openStowage()
  const reaper = await openStowage({ at: uploader.root, clock: uploader.clock })
  return { ...uploader, reaper: reaper.stowage }
}

describe('C14: the reaper of another process', () => {
  it('spares an upload that goes on for hours', async () => {
    const { stowage, reaper, clock, metadata, keys } = await uploaderAndReaper()
    async function* slow(): AsyncGenerator<Uint8Array, void> {
      yield Buffer.alloc(70_000)
      for (let i = 0; i < 24; i += 1) {
        await clock.advance(10 * MINUTE)
        yield Buffer.alloc(1000)
        await vi.waitFor(async () => expect(await metadata.listDueBlobs(clock.now() + 14 * MINUTE, 1)).toEqual([]), 60_000)
        expect(await reaper.sweep()).toMatchObject({ expiredUploads: 0, purgedObjects: 0 })
      }
    }
    const { id } = await stowage.trusted.upload({ body: slow() })
    await clock.advance(24 * 60 * MINUTE)
    await reaper.sweep()
    expect(await reaper.trusted.get({ id })).toMatchObject({ sizeBytes: 94_000, state: 'ready' })
    expect(await keys()).toHaveLength(1)
    expect(await reaper.audit({ verify: 'digest', graceMs: 0 })).toMatchObject({ complete: true, findings: [] })
  })

  it('ends one that stood still past its lease: when it goes on it is not acknowledged, and nothing of it is left', async () => {
    const { stowage, reaper, clock, keys } = await uploaderAndReaper()
    const door = gate()
    async function* stalled(): AsyncGenerator<Uint8Array, void> {
      yield Buffer.alloc(70_000)
      await door.wait()
      yield Buffer.alloc(1000)
    }
    const uploading = stowage.trusted.upload({ body: stalled() })
    uploading.catch(() => undefined)
    await door.reached
    await clock.advance(16 * MINUTE)
    expect(await reaper.sweep()).toMatchObject({ expiredUploads: 1 })
    door.open()
    await expect(uploading).rejects.toMatchObject({ code: 'conflict' })
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(24 * 60 * MINUTE)
      await reaper.sweep()
    }
    expect(await keys()).toEqual([])
    expect((await reaper.trusted.list()).items).toEqual([])
    expect(await reaper.audit({ graceMs: 0 })).toMatchObject({ complete: true, findings: [] })
  })
})
