import assert from 'node:assert/strict'
import type { Change, MeasuredUsage, MetadataStore, ScannedAsset, ScannedBlob } from '@stowage/core/contracts'
import { failsWith } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, blob, idOf, insert, job, T0 } from '../records.ts'

/** Everything, page by page. */
async function all<T>(page: (after: T | undefined) => Promise<readonly T[]>): Promise<T[]> {
  const found: T[] = []
  for (;;) {
    const rows = await page(found.at(-1))
    found.push(...rows)
    if (rows.length === 0) return found
    assert.ok(found.length < 1000, 'a scan goes round in circles')
  }
}

const insertBlobs = (store: MetadataStore, ...blobs: ReturnType<typeof blob>[]) =>
  store.commit(blobs.map((record): Change => ({ op: 'insertBlob', blob: record })))

// In the order of their UTF-8 bytes, which for the last two is not that of UTF-16.
const KEYS = ['A', 'a', 'a/b', 'a0', 'ab', 'z', 'é', '\uffee', '😀']

export const scanRows: readonly MetadataRow[] = [
  {
    id: 'M47',
    title: 'scans go through assets and blobs of every kind in the order of their keys, each with its other side',
    async run({ store, second }) {
      const mixed = [
        asset(3, { blobId: idOf(3, 'b'), sizeBytes: 7, sha256: 'abc' }),
        asset(1, { kind: 'other', state: 'uploading', blobId: 'nowhere' }),
        asset(2, { state: 'deleting', space: 'elsewhere' }),
        asset(4, { state: 'failed' }),
      ]
      await insert(store, ...mixed)
      const keyed = KEYS.map((key, i) => blob(i, { key, assetId: idOf(i === 0 ? 99 : 3), state: 'stored' }))
      await insertBlobs(store, ...[...keyed].reverse(), blob(50, { storage: 'elsewhere', key: 'ab' }))
      const assets = await all<ScannedAsset>(after => second.scanAssets({ limit: 3, ...(after && { after: after.asset.id }) }))
      assert.deepEqual(
        assets.map(row => [row.asset.id, row.asset.state, row.blob?.id ?? null]),
        [
          [idOf(1), 'uploading', null],
          [idOf(2), 'deleting', null],
          [idOf(3), 'ready', idOf(3, 'b')],
          [idOf(4), 'failed', null],
        ],
      )
      const { id, kind, space, state, blobId, sizeBytes, sha256, updatedAt, createdAt } = asset(3, mixed[0])
      const summary = { id, kind, space, state, blobId, sizeBytes, sha256, updatedAt, createdAt }
      assert.deepEqual(assets[2], { asset: summary, blob: keyed[3] })
      const blobs = await all<ScannedBlob>(after =>
        second.scanBlobs({ storage: 'memory', limit: 2, ...(after && { after: after.blob.key }) }),
      )
      assert.deepEqual(
        blobs.map(row => row.blob),
        keyed,
      )
      assert.deepEqual([blobs[0]?.asset, blobs[1]?.asset], [null, summary])
      const stretch = await store.scanBlobs({ storage: 'memory', after: 'a', until: 'ab', limit: 100 })
      assert.deepEqual(
        stretch.map(row => row.blob.key),
        ['a/b', 'a0', 'ab'],
      )
      await failsWith(store.scanAssets({ limit: 1, signal: AbortSignal.abort() }), 'aborted')
    },
  },
  {
    id: 'M48',
    title: 'counters are measured against the ready rows of each space, and set to their sums',
    async run({ store, second }) {
      await insert(
        store,
        asset(1, { sizeBytes: 10 }),
        asset(2, { sizeBytes: 5 }),
        asset(3, { sizeBytes: 100, state: 'uploading' }),
        asset(4, { space: 'b', sizeBytes: null }),
        asset(5, { kind: 'other', space: 'a', sizeBytes: 2 ** 40 }),
      )
      const add = (kind: string, space: string, bytes: number, count: number): Change => ({
        op: 'addUsage',
        kind,
        space,
        bytes,
        count,
      })
      await store.commit([add('file', 's', 16, 3), add('file', 'empty', 1, 1), add('other', 'a', 2 ** 40, 1)])
      const measure = () => all<MeasuredUsage>(after => second.measureUsage({ limit: 2, ...(after && { after }) }))
      const usage = (kind: string, space: string, recorded: readonly number[], actual: readonly number[]) => ({
        kind,
        space,
        recorded: { bytes: recorded[0], count: recorded[1] },
        actual: { bytes: actual[0], count: actual[1] },
      })
      assert.deepEqual(await measure(), [
        usage('file', 'b', [0, 0], [0, 1]),
        usage('file', 'empty', [1, 1], [0, 0]),
        usage('file', 's', [16, 3], [15, 2]),
        usage('other', 'a', [2 ** 40, 1], [2 ** 40, 1]),
      ])
      for (const { kind, space } of await measure()) await store.commit([{ op: 'recountUsage', kind, space }])
      for (const { recorded, actual } of await measure()) assert.deepEqual(recorded, actual)
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: 15, count: 2 })
      assert.deepEqual(await store.getUsage('file', 'empty'), { bytes: 0, count: 0 })
    },
  },
  {
    id: 'M49',
    title: 'jobs that wait for a worker are listed soonest first, and all kinds are known by name',
    async run({ store, second }) {
      const jobs = [
        job(1, { runAt: T0 + 2 }),
        job(2, { runAt: T0 + 9 }),
        job(3, { state: 'running', runAt: T0, leaseUntil: T0 + 1, leaseToken: 'x' }),
        job(4, { state: 'running', runAt: T0, leaseUntil: T0 + 9, leaseToken: 'y' }),
        job(5, { state: 'failed' }),
      ]
      await store.commit(jobs.map((record): Change => ({ op: 'enqueueJob', job: record })))
      assert.deepEqual(await second.listDueJobs(T0 + 2, 10), [jobs[2], jobs[0]])
      assert.deepEqual(await second.listDueJobs(T0 + 2, 1), [jobs[2]])
      assert.deepEqual(await second.listKinds(), ['file', 'other'])
    },
  },
]
