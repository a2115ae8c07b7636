import { randomBytes } from 'node:crypto'
import type { Change, MetadataStore } from '@stowage/core/contracts'
import { type FaultControls, failBefore, gate, holdAt, withFaults, withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { audit } from '../../../test/audit.ts'
import { openStowage } from '../../../test/open-stowage.ts'
import { StowageError } from '../contracts/errors.ts'
import { ownerOnly } from '../policy/ready-made.ts'

const HOUR = 3_600_000

/** A Stowage whose commits are counted and may be struck. */
async function open() {
  const commits: (readonly Change[])[] = []
  const parts: { metadata?: FaultControls; storage?: FaultControls } = {}
  const opened = await openStowage({
    policy: ownerOnly(),
    wrapStorage: storage => {
      const wrapped = withFaults(storage)
      parts.storage = wrapped
      return wrapped
    },
    wrapMetadata: metadata => {
      const counted: MetadataStore = {
        ...metadata,
        commit: changes => {
          commits.push(changes)
          return metadata.commit(changes)
        },
      }
      const wrapped = withMetadataFaults(counted)
      parts.metadata = wrapped
      return wrapped
    },
  })
  const assets = opened.stowage.as({ id: 'alice' })
  const faults = parts as Required<typeof parts>
  const upload = () => assets.upload({ body: randomBytes(100) })
  const rowsAhead = async () => (await opened.metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 1000)).length
  return { ...opened, assets, commits, faults, upload, rowsAhead }
}

describe('rows of uploads', () => {
  it('are committed before the object is written, and one upload leaves none', async () => {
    const { commits, faults, metadata, upload, rowsAhead, stowage } = await open()
    const held = gate()
    faults.storage.inject({ on: 'put', fault: holdAt(held) })
    const uploading = upload()
    await held.reached
    const [announced] = await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)
    expect(announced).toMatchObject({ state: 'writing', assetId: '' })
    expect((await stowage.as({ id: 'alice' }).list()).items).toEqual([])
    held.open()
    const asset = await uploading
    expect(await metadata.getBlob(announced?.id ?? '')).toMatchObject({ state: 'stored', assetId: asset.id, key: announced?.key })
    expect(commits).toHaveLength(2)
    expect(await rowsAhead()).toBe(0)
  })

  it('are announced together while many uploads run, and taken back when nobody took them', async () => {
    const { commits, storage, metadata, upload, rowsAhead, stowage } = await open()
    const workers = Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 10; i += 1) await upload()
    })
    await Promise.all(workers)
    const announcing = commits.filter(changes => changes.every(change => change.op === 'insertBlob'))
    expect(announcing.length).toBeLessThan(40)
    expect(announcing.flat().length).toBe(80 + (await rowsAhead()))
    const spares = (await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 1000)).length
    expect(spares).toBeLessThanOrEqual(32)
    await stowage.sweep()
    expect((await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 1000)).length).toBe(spares)
    expect((await storage.list()).objects).toHaveLength(80)
  })

  it('that were announced by a process that died go with their lease', async () => {
    const { upload, rowsAhead, clock, stowage, storage, metadata } = await open()
    await Promise.all(Array.from({ length: 20 }, upload))
    expect(await rowsAhead()).toBeGreaterThan(0)
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(2 * HOUR)
      await stowage.sweep()
    }
    expect(await audit(storage, metadata)).toHaveLength(20)
  })

  it('are not taken when half of their lease has passed', async () => {
    const { upload, clock, commits, faults } = await open()
    const held = gate()
    faults.storage.inject({ on: 'put', nth: 1, fault: holdAt(held) })
    const long = upload()
    await Promise.all(Array.from({ length: 20 }, upload))
    await clock.advance(10 * 60_000)
    const before = commits.length
    await upload()
    expect(commits.slice(before).map(changes => changes[0]?.op)).toEqual(['insertBlob', 'insertAsset'])
    held.open()
    await long
  })

  it('are taken back a moment after the last upload', async () => {
    const { upload, clock, rowsAhead } = await open()
    await Promise.all(Array.from({ length: 20 }, upload))
    expect(await rowsAhead()).toBeGreaterThan(0)
    await clock.advance(1000)
    await vi.waitFor(async () => expect(await rowsAhead()).toBe(0))
    await upload()
    expect(await rowsAhead()).toBe(0)
  })

  it('are gone after close', async () => {
    const { upload, stowage, root } = await open()
    await Promise.all(Array.from({ length: 20 }, upload))
    await stowage.close()
    const again = await openStowage({ at: root })
    expect(await audit(again.storage, again.metadata)).toHaveLength(20)
  })

  it('that can’t be announced refuse the uploads that wait for them, and no later one', async () => {
    const { upload, faults, storage, metadata } = await open()
    faults.metadata.inject({ on: 'commit', nth: 1, fault: failBefore(new StowageError('unavailable', 'Injected.')) })
    const first = await Promise.allSettled(Array.from({ length: 5 }, upload))
    expect(first.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
    await upload()
    expect((await storage.list()).objects).toHaveLength(5)
    expect(
      (await metadata.list({ kind: 'asset', filter: { op: 'all' }, sort: { column: 'createdAt', direction: 'asc' }, limit: 10 }))
        .length,
    ).toBe(5)
  })

  it("of failed uploads are purged each by itself: one that storage can't reach holds up no other", async () => {
    const { clock, metadata, stowage } = await open()
    const row = {
      assetId: '',
      kind: 'asset',
      state: 'condemned',
      role: 'original',
      sourceId: null,
      scan: null,
      sizeBytes: null,
      sha256: null,
      etag: null,
    } as const
    const rest = { contentType: null, leaseToken: null, dueAt: clock.now(), purgesLeft: 1, createdAt: clock.now() }
    for (const [id, storage] of [
      ['1', 'elsewhere'],
      ['2', 'fs'],
    ] as const) {
      await metadata.commit([{ op: 'insertBlob', blob: { ...row, ...rest, id, key: `k/${id}`, storage } }])
    }
    expect(await stowage.sweep()).toMatchObject({ purgedObjects: 1, failures: 1 })
    expect(await metadata.getBlob('1')).not.toBeNull()
    expect(await metadata.getBlob('2')).toBeNull()
  })
})
