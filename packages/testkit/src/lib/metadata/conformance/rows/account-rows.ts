import assert from 'node:assert/strict'
import type { Change, MetadataStore, Reservation } from '@stowage/core/contracts'
import { failsWith, winners } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, idempotency, idOf, insert, job, T0 } from '../records.ts'

const holdKey = (fingerprint: string, now: number, key = 'key'): Change => ({
  op: 'insertIdempotency',
  record: idempotency({ key, fingerprint, expiresAt: now + 1000 }),
  now,
})
const named = (fingerprint: string) => ({ scope: 'tenant', key: 'key', guard: { fingerprint } }) as const

const reservation = (number: number, given: Partial<Reservation> = {}): Reservation => ({
  id: idOf(number, 'r'),
  kind: 'file',
  space: 's',
  bytes: 0,
  count: 0,
  expiresAt: T0 + 1000,
  ...given,
})
const LIMIT = { bytes: 1000, count: 50 }
const reserve = (number: number, given: Partial<Reservation>, now = T0, limit: typeof LIMIT | object = LIMIT): Change => ({
  op: 'reserveUsage',
  reservation: reservation(number, given),
  now,
  limit,
})
const release = (number: number): Change => ({ op: 'releaseUsage', id: idOf(number, 'r') })
const add = (bytes: number, count: number): Change => ({ op: 'addUsage', kind: 'file', space: 's', bytes, count, limit: LIMIT })

const download = (...downloads: readonly (readonly [number: number, by: number])[]): Change => ({
  op: 'addDownloads',
  kind: 'file',
  downloads: downloads.map(([number, by]) => ({ assetId: idOf(number), by })),
})

export const accountRows: readonly MetadataRow[] = [
  {
    id: 'M58',
    title: 'an idempotency key belongs to its holder until it expires, and then to the next who asks',
    async run({ store, second }) {
      await store.commit([holdKey('first', T0)])
      await failsWith(store.commit([holdKey('second', T0 + 999)]), 'already_exists')
      const stale: Change = { op: 'updateIdempotency', ...named('second'), set: { response: {} } }
      assert.deepEqual((await failsWith(store.commit([{ op: 'enqueueJob', job: job(1) }, stale]), 'conflict')).details, {
        index: 1,
        op: 'updateIdempotency',
      })
      await store.commit([{ op: 'deleteIdempotency', ...named('second') }])
      assert.equal((await second.getIdempotency('tenant', 'key'))?.fingerprint, 'first')
      await store.commit([{ op: 'updateIdempotency', ...named('first'), set: { expiresAt: T0 + 2000 } }])
      assert.deepEqual(await second.getIdempotency('tenant', 'key'), idempotency({ fingerprint: 'first', expiresAt: T0 + 2000 }))
      const racers = Array.from({ length: 10 }, (_, i) => (i % 2 ? store : second).commit([holdKey(`racer ${i}`, T0 + 2000)]))
      assert.equal(await winners(racers, 'already_exists'), 1)
      const holder = await store.getIdempotency('tenant', 'key')
      assert.deepEqual([holder?.fingerprint.slice(0, 5), holder?.response, holder?.expiresAt], ['racer', null, T0 + 3000])
      await failsWith(store.commit([{ op: 'updateIdempotency', ...named('first'), set: { response: {} } }]), 'conflict')
      const done = { fingerprint: 'digest', response: { assetId: 'a' } }
      await store.commit([{ op: 'updateIdempotency', ...named(String(holder?.fingerprint)), set: done }])
      assert.deepEqual(await second.getIdempotency('tenant', 'key'), idempotency({ ...done, expiresAt: T0 + 3000 }))
      await store.commit([holdKey('later', T0 + 3000, 'another'), { op: 'removeExpired', now: T0 + 2999 }])
      assert.ok(await store.getIdempotency('tenant', 'key'))
      await store.commit([{ op: 'removeExpired', now: T0 + 3000 }])
      assert.equal(await store.getIdempotency('tenant', 'key'), null)
      assert.ok(await store.getIdempotency('tenant', 'another'))
      await store.commit([{ op: 'deleteIdempotency', ...named('digest') }])
    },
  },
  {
    id: 'M59',
    title: 'usage and what is reserved never pass a quota together, however many ask at once',
    async run({ store, second }) {
      const reserved = (space = 's', now = T0, kind = 'file') => second.getReserved(kind, space, now)
      await store.commit([add(400, 10), reserve(1, { bytes: 500, count: 1 })])
      assert.deepEqual(await reserved(), { bytes: 500, count: 1 })
      const racers = Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? store : second).commit([{ op: 'enqueueJob', job: job(i) }, reserve(10 + i, { bytes: 30, count: 1 })]),
      )
      assert.equal(await winners(racers, 'quota_exceeded'), 3)
      assert.deepEqual(await reserved(), { bytes: 590, count: 4 })
      const { details } = await failsWith(store.commit([reserve(1, { bytes: 511, count: 1 })]), 'quota_exceeded')
      assert.deepEqual(details, { index: 0, op: 'reserveUsage' })
      await store.commit([reserve(1, { bytes: 510, count: 1 }), reserve(40, { count: 36 })])
      assert.deepEqual(await reserved(), { bytes: 600, count: 40 })
      await failsWith(store.commit([reserve(41, { count: 1 })]), 'quota_exceeded')
      await failsWith(store.commit([reserve(41, { space: 'new', bytes: 1001 })]), 'quota_exceeded')
      await store.commit([reserve(42, { kind: 'other', bytes: 999 }), reserve(43, { space: 't', bytes: 7 })])
      assert.deepEqual(
        [await reserved('t'), await reserved('new')],
        [
          { bytes: 7, count: 0 },
          { bytes: 0, count: 0 },
        ],
      )
      await settles(store, reserved)
      await expires(store, reserved)
    },
  },
  {
    id: 'M60',
    title: 'downloads are counted one by one, beside the record, and go with its row',
    async run({ store, second }) {
      await insert(store, asset(1), asset(2), asset(3, { kind: 'other' }), asset(4, { state: 'uploading' }), asset(999))
      const counted = (...numbers: number[]) =>
        second.getDownloads(
          'file',
          numbers.map(number => idOf(number)),
        )
      assert.deepEqual(await counted(1, 2, 9), [0, 0, 0])
      const rounds = Array.from({ length: 40 }, (_, i) => (i % 2 ? store : second).commit([download([1, 1], [2, 2], [9, 5])]))
      await Promise.all(rounds)
      await store.commit([download([3, 7], [4, 1]), download()])
      assert.deepEqual(await counted(2, 9, 1, 3, 4, 1), [80, 0, 40, 0, 1, 40])
      assert.deepEqual(await second.getDownloads('other', [idOf(3), idOf(1)]), [0, 0])
      assert.deepEqual(await second.getDownloads('file', []), [])
      assert.deepEqual(await store.getAsset({ kind: 'file', id: idOf(1) }), asset(1))
      const all = Array.from({ length: 1000 }, (_, i) => i)
      await store.commit([download(...all.map(number => [number, 1] as const))])
      const counts = await counted(...all)
      assert.deepEqual([...counts.slice(0, 5), counts[999]], [0, 41, 81, 0, 2, 1])
      for (const by of [-1, 0.5, Number.NaN, 2 ** 53]) {
        await failsWith(store.commit([download([1, by])]), 'unprocessable', 'invalid_request')
      }
      await failsWith(
        store.commit([download([1, 1]), { op: 'deleteBlob', id: 'none', guard: { states: ['stored'] } }]),
        'conflict',
      )
      assert.deepEqual(await counted(1), [41])
      await store.commit([{ op: 'deleteAsset', id: idOf(1), kind: 'file', guard: { states: ['ready'] } }])
      await insert(store, asset(1))
      assert.deepEqual(await counted(1, 2), [0, 81])
      await store.commit([download([1, 3])])
      assert.deepEqual(await counted(1), [3])
    },
  },
]

type Reserved = (space?: string, now?: number, kind?: string) => ReturnType<MetadataStore['getReserved']>

/** What was reserved becomes usage in one batch; what is given back is there for others. */
async function settles(store: MetadataStore, reserved: Reserved): Promise<void> {
  await store.commit([release(1), add(510, 1), release(99)])
  assert.deepEqual(await store.getUsage('file', 's'), { bytes: 910, count: 11 })
  assert.deepEqual(await reserved(), { bytes: 90, count: 39 })
  const refused = [release(40), reserve(44, { bytes: 1 })]
  await failsWith(store.commit(refused), 'quota_exceeded')
  assert.deepEqual(await reserved(), { bytes: 90, count: 39 })
  await store.commit([release(40), reserve(44, { count: 36 })])
  await store.commit([reserve(44, { count: 1, space: 't' })])
  assert.deepEqual(
    [await reserved(), await reserved('t')],
    [
      { bytes: 90, count: 3 },
      { bytes: 7, count: 1 },
    ],
  )
  // Over its quota already, since that was lowered: what asks for none of it is not refused.
  await store.commit([reserve(45, { count: 1 }, T0, { bytes: 1, count: 50 }), reserve(45, { bytes: 500 }, T0, {}), release(45)])
}

/** A reservation that has expired keeps nothing, and is removed. */
async function expires(store: MetadataStore, reserved: Reserved): Promise<void> {
  assert.deepEqual(await reserved('s', T0 + 999), { bytes: 90, count: 3 })
  assert.deepEqual(await reserved('s', T0 + 1000), { bytes: 0, count: 0 })
  await store.commit([reserve(46, { bytes: 90, expiresAt: T0 + 1500 }, T0 + 1000)])
  await store.commit([{ op: 'removeExpired', now: T0 + 1000 }])
  assert.deepEqual(await reserved('s', T0), { bytes: 90, count: 0 })
  await store.commit([{ op: 'removeExpired', now: T0 + 1500 }])
  assert.deepEqual(await reserved('s', T0), { bytes: 0, count: 0 })
  assert.deepEqual(await store.getUsage('file', 's'), { bytes: 910, count: 11 })
}
