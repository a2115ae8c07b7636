import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Asset } from '@stowage/core'
import type { Change, JobRecord, MetadataStore, StorageAdapter, UploadRecord } from '@stowage/core/contracts'
import { failBefore, failStream, gate, holdAt, withFaults, withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { openStowage } from '../../../../test/open-stowage.ts'
import type { AuditFinding, AuditOptions, AuditProgress } from './report.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A service with uploaded files on a disk whose clock is the service's, so that ages can be chosen. */
async function opened(files: number) {
  const faulty = { wrapStorage: withFaults<StorageAdapter>, wrapMetadata: withMetadataFaults<MetadataStore> }
  const world = await openStowage(faulty)
  const { stowage, metadata, root } = world
  const assets: Asset[] = []
  for (let i = 0; i < files; i += 1) assets.push(await stowage.trusted.upload({ body: Buffer.from(`file ${i}`) }))
  const blobOf = async (i: number) => {
    const [blob] = await metadata.listBlobs(String(assets[i]?.id))
    if (!blob) throw new Error(`asset ${i} has no blob`)
    return blob
  }
  return {
    ...world,
    storage: world.storage as ReturnType<typeof faulty.wrapStorage>,
    metadata: metadata as ReturnType<typeof faulty.wrapMetadata>,
    assets,
    blobOf,
    commit: (...changes: Change[]) => metadata.commit(changes),
    audit: (options: AuditOptions = {}) => stowage.audit({ graceMs: HOUR, overdueMs: HOUR, ...options }),
    /** As somebody would who writes into the folder by hand. */
    async overwrite(key: string, text: string) {
      const path = join(root, 'objects', key)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    },
  }
}

const typesOf = (findings: readonly AuditFinding[]) => findings.map(({ type }) => type)

const JOB: JobRecord = {
  id: 'job',
  type: 'elsewhere',
  payload: {},
  state: 'queued',
  attempts: 0,
  maxAttempts: 3,
  runAt: 0,
  leaseToken: null,
  leaseUntil: null,
  lastError: null,
  createdAt: 0,
}
const UPLOAD: UploadRecord = {
  id: 'upload',
  assetId: 'a',
  blobId: 'b',
  kind: 'asset',
  state: 'open',
  storageUploadId: null,
  offsetBytes: 0,
  declaredBytes: null,
  leaseToken: null,
  expiresAt: 0,
  data: {},
  createdAt: 0,
}

describe('an audit finds', () => {
  it('nothing where nothing is wrong, and says what it compared', async () => {
    const { audit, clock } = await opened(3)
    await clock.advance(DAY)
    const report = await audit({ verify: 'digest' })
    expect(report).toMatchObject({ complete: true, total: 0, counts: {}, findings: [] })
    expect(report.checked).toEqual({ objects: 3, youngObjects: 0, verifiedBytes: 18, blobs: 3, assets: 3, spaces: 1 })
  })

  it('an object without a row, once it is older than the grace age', async () => {
    const { audit, clock, storage } = await opened(1)
    await storage.put('lost/object', Buffer.from('left over'))
    expect(await audit()).toMatchObject({ total: 0, checked: { objects: 2, youngObjects: 1 } })
    await clock.advance(HOUR)
    expect((await audit()).findings).toMatchObject([{ type: 'orphan', key: 'lost/object', sizeBytes: 9 }])
  })

  it('I1: objects that are missing, too long, or changed', async () => {
    const { audit, storage, blobOf, overwrite } = await opened(4)
    const [gone, longer, changed] = [await blobOf(0), await blobOf(1), await blobOf(2)]
    await storage.delete([gone.key])
    await overwrite(longer.key, 'much longer than before')
    await overwrite(changed.key, 'FILE 2')
    expect((await audit()).counts).toEqual({ missing_object: 1, wrong_size: 1 })
    const byDigest = await audit({ verify: 'digest' })
    expect(byDigest.counts).toEqual({ missing_object: 1, wrong_size: 1, wrong_digest: 1 })
    const wrong = byDigest.findings.find(({ type }) => type === 'wrong_digest')
    expect(wrong).toMatchObject({ key: changed.key, blobId: changed.id, assetId: changed.assetId, kind: 'asset' })
  })

  it('an object that can not be read to its end', async () => {
    const { audit, storage, blobOf } = await opened(2)
    const { key } = await blobOf(1)
    storage.inject({ on: 'get', where: asked => asked === key, fault: failStream(3) })
    expect((await audit({ verify: 'digest' })).findings).toMatchObject([{ type: 'unreadable_object', key }])
  })

  it('rows that disagree with each other', async () => {
    const { audit, commit, blobOf, assets } = await opened(4)
    const [a, b, c] = [await blobOf(0), await blobOf(1), await blobOf(2)]
    await commit({ op: 'deleteBlob', id: a.id, guard: { states: ['stored'] } })
    await commit({ op: 'deleteAsset', id: b.assetId, kind: 'asset', guard: { states: ['ready'] } })
    await commit({ op: 'updateBlob', id: c.id, guard: { states: ['stored'] }, set: { sha256: 'f'.repeat(64) } })
    const { counts, findings } = await audit({ graceMs: 0 })
    expect(counts).toEqual({ asset_without_blob: 1, orphan: 1, blob_unreferenced: 1, asset_differs: 1, usage: 1 })
    expect(findings.find(({ type }) => type === 'asset_without_blob')?.assetId).toBe(assets[0]?.id)
    expect(findings.find(({ type }) => type === 'blob_unreferenced')?.blobId).toBe(b.id)
    expect(findings.find(({ type }) => type === 'asset_differs')?.assetId).toBe(assets[2]?.id)
  })

  it('an asset whose bytes lie in another storage', async () => {
    const { audit, commit, blobOf } = await opened(1)
    const blob = await blobOf(0)
    await commit(
      { op: 'deleteBlob', id: blob.id, guard: { states: ['stored'] } },
      { op: 'insertBlob', blob: { ...blob, storage: 'attic' } },
    )
    expect(typesOf((await audit()).findings)).toEqual(['object_elsewhere'])
  })

  it('I5: blobs, tombstones, jobs and uploads that nobody took up', async () => {
    const { audit, commit, clock, blobOf } = await opened(2)
    const at = clock.now()
    const [stored, deleted] = [await blobOf(0), await blobOf(1)]
    const leased = { ...stored, state: 'writing', leaseToken: 'x', dueAt: at } as const
    const tombstone = { state: 'deleting', updatedAt: at } as const
    await commit(
      { op: 'insertBlob', blob: { ...leased, id: 'w', key: 'w' } },
      { op: 'insertBlob', blob: { ...leased, id: 'c', key: 'c', state: 'condemned' } },
      { op: 'insertUpload', upload: { ...UPLOAD, expiresAt: at, createdAt: at } },
      { op: 'enqueueJob', job: { ...JOB, runAt: at, createdAt: at } },
      { op: 'deleteBlob', id: deleted.id, guard: { states: ['stored'] } },
      { op: 'updateAsset', id: deleted.assetId, kind: 'asset', guard: { states: ['ready'] }, set: tombstone },
      { op: 'recountUsage', kind: 'asset', space: '' },
    )
    expect((await audit({ graceMs: DAY })).findings).toEqual([])
    await clock.advance(2 * HOUR)
    const { findings, counts } = await audit({ graceMs: DAY })
    expect(counts).toEqual({ overdue: 5 })
    const named = findings.map(({ blobId, jobId, uploadId }) => jobId ?? uploadId ?? blobId)
    expect(named.sort()).toEqual(['c', 'job', 'upload', 'w', deleted.id].sort())
  })

  it('I6: counters that are not the sums of the rows, and mends them only when asked to', async () => {
    const { audit, metadata, commit } = await opened(3)
    await commit(
      { op: 'addUsage', kind: 'asset', space: '', bytes: 100, count: 1 },
      { op: 'addUsage', kind: 'asset', space: 'nobody', bytes: 5, count: 1 },
    )
    expect((await audit()).counts).toEqual({ usage: 2 })
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 118, count: 4 })
    expect((await audit({ repair: { usage: true } })).repaired.usage).toBe(2)
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 18, count: 3 })
    expect(await metadata.getUsage('asset', 'nobody')).toEqual({ bytes: 0, count: 0 })
    expect((await audit()).total).toBe(0)
  })
})

describe('what is unfinished', () => {
  async function withUnfinished() {
    const world = await opened(40)
    const { storage, clock, root, commit, blobOf } = world
    const abandoned = await storage.multipart?.create('abandoned')
    await storage.multipart?.create('under/way')
    await writeFile(join(root, 'objects', '.stowage', await workFolder(root), 'left'), 'behind')
    // Files are dated by the system, not by the clock of the service.
    await clock.advance(Math.max(0, Date.now() - clock.now()) + 2 * DAY)
    const lease = { state: 'writing', leaseToken: 'x', dueAt: clock.now() } as const
    await commit({ op: 'insertBlob', blob: { ...(await blobOf(0)), ...lease, id: 'w', key: 'under/way' } })
    return { ...world, abandoned }
  }
  const workFolder = async (root: string) =>
    (await readdir(join(root, 'objects', '.stowage'))).find(name => name.startsWith('tmp-')) ?? ''

  it('is a finding once it is old, unless a row says that it is under way', async () => {
    const { audit, abandoned, clock } = await withUnfinished()
    expect((await audit({ graceMs: clock.now() })).total).toBe(0)
    const { counts, findings } = await audit()
    expect(counts).toEqual({ unfinished_upload: 1, temporary_file: 1 })
    expect(findings).toMatchObject([
      { key: 'abandoned', uploadId: abandoned?.uploadId },
      { key: 'left', sizeBytes: 6 },
    ])
  })

  it('goes with the orphans when asked to', async () => {
    const { audit } = await withUnfinished()
    expect((await audit({ repair: { orphans: true } })).repaired).toMatchObject({ unfinished: 2, orphans: 0, refused: null })
    expect((await audit()).total).toBe(0)
  })
})

describe('orphans', () => {
  async function withOrphans(files: number, orphans: number) {
    const world = await opened(0)
    for (let i = 0; i < orphans; i += 1) await world.storage.put(`old/${i}`, Buffer.from('left'))
    await world.clock.advance(HOUR)
    for (let i = 0; i < files; i += 1) await world.stowage.trusted.upload({ body: Buffer.from('kept') })
    return { ...world, left: async () => (await world.keys()).filter(key => key.startsWith('old/')).length }
  }

  it('stay unless removal was asked for', async () => {
    const { audit, left } = await withOrphans(20, 1)
    expect(await audit({ repair: { usage: true } })).toMatchObject({ counts: { orphan: 1 }, repaired: { orphans: 0 } })
    expect(await left()).toBe(1)
  })

  it('go with their bytes when asked to, and nothing of the rest goes with them', async () => {
    const { audit, left, keys, metadata } = await withOrphans(30, 1)
    const report = await audit({ repair: { orphans: true } })
    expect(report.repaired).toEqual({ orphans: 1, orphanBytes: 4, unfinished: 0, usage: 0, refused: null })
    expect([await left(), (await keys()).length]).toEqual([0, 30])
    expect(await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    expect((await audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
  })

  it('C21: stay when they are too many, unless forced', async () => {
    const { audit, left } = await withOrphans(10, 5)
    const { repaired } = await audit({ repair: { orphans: true } })
    expect(repaired.refused).toContain('5 of 15 objects have no row')
    expect(await left()).toBe(5)
    expect((await audit({ repair: { orphans: true }, force: true })).repaired).toMatchObject({ orphans: 5, refused: null })
    expect(await left()).toBe(0)
  })

  it('C21: stay when rows have lost their objects', async () => {
    const { audit, stowage, storage, metadata, left } = await withOrphans(30, 1)
    const [asset] = (await stowage.trusted.list()).items
    await storage.delete((await metadata.listBlobs(String(asset?.id))).map(({ key }) => key))
    const { repaired } = await audit({ repair: { orphans: true } })
    expect(repaired.refused).toContain('have lost their objects')
    expect(await left()).toBe(1)
  })

  it('C21: stay when one of them is newer than every row', async () => {
    const { audit, clock, storage, keys } = await opened(30)
    await clock.advance(HOUR)
    await storage.put('new', Buffer.from('of a row that the backup lacks'))
    await clock.advance(HOUR)
    const { repaired } = await audit({ repair: { orphans: true } })
    expect(repaired.refused).toContain('newer than every row')
    expect(await keys()).toContain('new')
  })

  it('are left to the sweeper when the storage fails to delete them', async () => {
    const { audit, left, stowage, storage } = await withOrphans(30, 1)
    storage.inject({ on: 'delete', fault: failBefore() })
    await expect(audit({ repair: { orphans: true } })).rejects.toMatchObject({ code: 'unavailable' })
    expect(await left()).toBe(1)
    storage.heal()
    await stowage.sweep()
    expect(await left()).toBe(0)
  })

  it('whose row appears at the last moment are kept', async () => {
    const { commit, metadata, storage, audit, left } = await withOrphans(30, 1)
    const some = (await metadata.scanBlobs({ storage: storage.name, limit: 1 }))[0]?.blob
    if (!some) throw new Error('no blob')
    const late = gate()
    metadata.inject({ on: 'getBlobByKey', nth: 2, fault: holdAt(late, 'after') })
    const auditing = audit({ repair: { orphans: true } })
    await late.reached
    await commit({ op: 'insertBlob', blob: { ...some, id: 'late', key: 'old/0' } })
    late.open()
    expect(await auditing).toMatchObject({ counts: { orphan: 1 }, repaired: { orphans: 0, refused: null } })
    expect(await left()).toBe(1)
  })
})

describe('an audit', () => {
  it('goes through many pages of objects and rows', async () => {
    const { audit, commit, overwrite, clock, blobOf } = await opened(1)
    const blob = { ...(await blobOf(0)), state: 'writing', dueAt: clock.now() } as const
    const numbers = Array.from({ length: 2500 }, (_, i) => i)
    await commit(...numbers.map(i => ({ op: 'insertBlob', blob: { ...blob, id: `b${i}`, key: `many/${i}` } }) as const))
    for (const i of numbers) if (i % 3) await overwrite(`many/${i}`, 'x')
    for (let i = 0; i < 7; i += 1) await overwrite(`many/${i * 331}z`, 'x')
    const seen: AuditProgress[] = []
    const later = Date.now() - clock.now() + DAY
    await clock.advance(Math.max(DAY, later))
    const report = await audit({ overdueMs: 10 * later, onProgress: progress => seen.push(progress) })
    expect(report.counts).toEqual({ orphan: 7 })
    expect(report.checked).toMatchObject({ blobs: 2501, objects: 1666 + 7 + 1 })
    expect(seen.filter(({ phase }) => phase === 'objects').map(({ done }) => done)).toEqual([1000, 1674])
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['usage', 'objects', 'assets', 'tasks'])
  })

  it('keeps as many findings as asked for, and tells all of them', async () => {
    const { audit, storage } = await opened(0)
    for (let i = 0; i < 20; i += 1) await storage.put(`o/${i}`, Buffer.from('x'))
    const told: AuditFinding[] = []
    const report = await audit({ graceMs: 0, maxFindings: 3, onFinding: finding => told.push(finding) })
    expect([report.total, report.findings.length, told.length]).toEqual([20, 3, 20])
  })

  it('ends early with what it found until then', async () => {
    const { audit, storage } = await opened(2)
    await storage.put('o', Buffer.from('x'))
    const controller = new AbortController()
    const report = await audit({
      graceMs: 0,
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'objects' && controller.abort(),
    })
    expect(report).toMatchObject({ complete: false, counts: { orphan: 1 }, checked: { objects: 3, assets: 0 } })
  })

  it('fails when the storage can not be listed', async () => {
    const { audit, storage } = await opened(1)
    storage.inject({ on: 'list', fault: failBefore() })
    await expect(audit()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('refuses options that are none', async () => {
    const { audit } = await opened(0)
    await expect(audit({ graceMs: Number.NaN })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(audit({ maxOrphanShare: -1 })).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
