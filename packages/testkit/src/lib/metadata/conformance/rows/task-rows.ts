import assert from 'node:assert/strict'
import type { Change, JobRecord, MetadataStore } from '@stowage/core/contracts'
import { failsWith, winners } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { blob, idempotency, idOf, job, query, T0, upload } from '../records.ts'

const claim = (store: MetadataStore, given: Partial<Parameters<MetadataStore['claimJobs']>[0]> = {}) =>
  store.claimJobs({ types: ['purge'], now: T0, leaseMs: 100, leaseToken: 'lease', limit: 10, ...given })

const enqueue = (store: MetadataStore, ...jobs: JobRecord[]) =>
  store.commit(jobs.map(record => ({ op: 'enqueueJob', job: record })))

export const taskRows: readonly MetadataRow[] = [
  {
    id: 'M40',
    title: 'two that claim at once never get the same job; spent ones fail; what is due comes soonest first',
    async run({ store, second }) {
      await enqueue(store, ...Array.from({ length: 40 }, (_, i) => job(i, { runAt: T0 - i })))
      await enqueue(store, job(50, { type: 'other' }), job(51, { runAt: T0 + 1 }), job(52, { attempts: 3 }))
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, i) => claim(i % 2 ? store : second, { leaseToken: `lease ${i}`, limit: 5 })),
      )
      const ids = claims.flat().map(({ id }) => id)
      assert.deepEqual(
        [...ids].sort(),
        Array.from({ length: 40 }, (_, i) => idOf(i, 'j')),
      )
      for (const [i, claimed] of claims.entries()) {
        for (const { state, attempts, leaseToken, leaseUntil } of claimed) {
          assert.deepEqual([state, attempts, leaseToken, leaseUntil], ['running', 1, `lease ${i}`, T0 + 100])
        }
      }
      assert.deepEqual(await claim(store), [])
      assert.equal((await store.getJob(idOf(52, 'j')))?.state, 'failed')
      assert.equal((await store.getJob(idOf(50, 'j')))?.state, 'queued')
      await retriesUntilSpent(store)
      await dueLists(store)
    },
  },
  {
    id: 'M43',
    title: 'a quota is never passed, however many ask at once, and counters never go below zero',
    async run({ store, second }) {
      const limit = { bytes: 1000, count: 50 }
      const add = (bytes: number, count: number): Change => ({ op: 'addUsage', kind: 'file', space: 's', bytes, count, limit })
      await store.commit([add(700, 47)])
      const byCount = Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? store : second).commit([{ op: 'enqueueJob', job: job(i) }, add(1, 1)]),
      )
      assert.equal(await winners(byCount, 'quota_exceeded'), 3)
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: 703, count: 50 })
      assert.equal((await claim(store, { limit: 100 })).length, 3)
      await store.commit([add(-3, -40)])
      const byBytes = Array.from({ length: 30 }, (_, i) => (i % 2 ? store : second).commit([add(100, 1)]))
      assert.equal(await winners(byBytes, 'quota_exceeded'), 3)
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: 1000, count: 13 })
      assert.deepEqual((await failsWith(store.commit([add(1, 0)]), 'quota_exceeded')).details, { index: 0, op: 'addUsage' })
      await failsWith(store.commit([{ ...add(1001, 0), space: 'new' } as Change]), 'quota_exceeded')
      assert.deepEqual(await store.getUsage('file', 'new'), { bytes: 0, count: 0 })
      await store.commit([
        add(0, 0),
        { op: 'addUsage', kind: 'file', space: 's', bytes: -5000, count: -5000, limit: { bytes: 0 } },
      ])
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: 0, count: 0 })
      assert.deepEqual(await store.getUsage('other', 's'), { bytes: 0, count: 0 })
    },
  },
  {
    id: 'M45',
    title: 'an idempotency key is one per scope; settings and sequences are one for all',
    async run({ store, second }) {
      const record = (given: Parameters<typeof idempotency>[0]): Change => ({
        op: 'insertIdempotency',
        record: idempotency(given),
        now: T0,
      })
      const racers = Array.from({ length: 10 }, (_, i) => (i % 2 ? store : second).commit([record({ fingerprint: `f${i}` })]))
      assert.equal(await winners(racers, 'already_exists'), 1)
      assert.equal((await failsWith(store.commit([record({})]), 'already_exists')).details.constraint, 'key')
      await store.commit([record({ scope: 'tenant 2' }), record({ key: 'key 2' })])
      const first = await store.getIdempotency('tenant', 'key')
      assert.ok(first)
      const named = { scope: 'tenant', key: 'key', guard: { fingerprint: first.fingerprint } } as const
      const set = { response: { status: 201 }, expiresAt: T0 + 5 }
      await store.commit([{ op: 'updateIdempotency', ...named, set }])
      assert.deepEqual((await second.getIdempotency('tenant', 'key'))?.response, { status: 201 })
      await store.commit([{ op: 'deleteIdempotency', ...named }])
      assert.equal(await store.getIdempotency('tenant', 'key'), null)
      assert.ok(await store.getIdempotency('tenant 2', 'key'))
      const numbers = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? store : second).nextInSequence('n')))
      assert.equal(new Set(numbers).size, 40)
      assert.equal(Math.min(...numbers), 1)
      assert.equal(await store.nextInSequence('another'), 1)
      const stored = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? store : second).settingOnce('secret', `v${i}`)),
      )
      assert.equal(new Set(stored).size, 1)
      await refusesTheAborted(store)
    },
  },
]

async function retriesUntilSpent(store: MetadataStore): Promise<void> {
  const again = (now: number) => claim(store, { now, limit: 100, leaseToken: `at ${now}` })
  const second = await again(T0 + 100)
  assert.deepEqual([second.length, second.every(({ id, attempts }) => attempts === (id === idOf(51, 'j') ? 1 : 2))], [41, true])
  assert.deepEqual(await again(T0 + 199), [])
  assert.equal((await again(T0 + 200)).length, 41)
  assert.deepEqual(
    (await again(T0 + 300)).map(({ id }) => id),
    [idOf(51, 'j')],
  )
  const spent = await store.getJob(idOf(7, 'j'))
  assert.deepEqual([spent?.state, spent?.attempts, spent?.leaseToken, spent?.leaseUntil], ['failed', 3, null, null])
  const retry = { state: 'queued', runAt: T0 + 900, leaseToken: null, leaseUntil: null, lastError: 'why' } as const
  await store.commit([{ op: 'updateJob', id: idOf(51, 'j'), guard: { leaseToken: `at ${T0 + 300}` }, set: retry }])
  assert.deepEqual(await again(T0 + 899), [])
}

async function dueLists(store: MetadataStore): Promise<void> {
  const blobs = [
    blob(1, { dueAt: T0 + 3 }),
    blob(2, { dueAt: T0 + 1 }),
    blob(3),
    blob(4, { dueAt: T0 + 2 }),
    blob(5, { dueAt: T0 + 9 }),
  ]
  const uploads = [upload(1, { expiresAt: T0 + 2 }), upload(2, { expiresAt: T0 + 1 }), upload(3, { expiresAt: T0 + 9 })]
  await store.commit([
    ...blobs.map((record): Change => ({ op: 'insertBlob', blob: record })),
    ...uploads.map((record): Change => ({ op: 'insertUpload', upload: record })),
  ])
  assert.deepEqual(
    (await store.listDueBlobs(T0 + 3, 10)).map(({ id }) => id),
    [idOf(2, 'b'), idOf(4, 'b'), idOf(1, 'b')],
  )
  assert.deepEqual(
    (await store.listDueBlobs(T0 + 3, 1)).map(({ id }) => id),
    [idOf(2, 'b')],
  )
  assert.deepEqual(
    (await store.listExpiredUploads(T0 + 2, 10)).map(({ id }) => id),
    [idOf(2, 'u'), idOf(1, 'u')],
  )
}

async function refusesTheAborted(store: MetadataStore): Promise<void> {
  const signal = AbortSignal.abort()
  await failsWith(store.list(query({ op: 'all' }, { signal })), 'aborted')
  await failsWith(store.count({ kind: 'file', filter: { op: 'all' }, signal }), 'aborted')
}
