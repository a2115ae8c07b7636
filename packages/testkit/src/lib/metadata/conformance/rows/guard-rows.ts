import assert from 'node:assert/strict'
import type { AssetChanges, AssetState, Change, MetadataStore } from '@stowage/core/contracts'
import { isStowageError } from '@stowage/core/contracts'
import { failsWith, winners } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, blob, idempotency, idOf, insert, job, numbersOf, query, search, T0, taggedAny, upload } from '../records.ts'
import { deletedOverCore } from './over-core-checks.ts'

const READY: readonly AssetState[] = ['ready']

function update(number: number, set: AssetChanges, guard: Partial<Extract<Change, { op: 'updateAsset' }>['guard']> = {}): Change {
  return { op: 'updateAsset', id: idOf(number), kind: 'file', guard: { states: READY, ...guard }, set }
}

type ChangeTags = (tags: readonly string[]) => readonly string[]
const adding =
  (tag: string): ChangeTags =>
  tags => [...tags, tag]
const removing =
  (tag: string): ChangeTags =>
  tags =>
    tags.filter(one => one !== tag)

async function changeTags(store: MetadataStore, number: number, change: ChangeTags): Promise<void> {
  for (;;) {
    const found = await store.getAsset({ kind: 'file', id: idOf(number) })
    assert.ok(found)
    try {
      return await store.commit([update(number, { tags: change(found.tags) }, { version: found.version })])
    } catch (error) {
      if (!isStowageError(error, 'conflict')) throw error
    }
  }
}

export const guardRows: readonly MetadataRow[] = [
  {
    id: 'M13',
    title: 'of many updates of one version, one wins',
    async run({ store, second }) {
      await insert(store, asset(1))
      const racers = Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? store : second).commit([update(1, { title: `by ${i}` }, { version: 1 })]),
      )
      assert.equal(await winners(racers, 'conflict'), 1)
      assert.equal((await store.getAsset({ kind: 'file', id: idOf(1) }))?.version, 2)
    },
  },
  {
    id: 'M15',
    title: 'what an asset is made as never changes',
    async run({ store }) {
      await insert(store, asset(1))
      await store.commit([
        { op: 'insertBlob', blob: blob(1) },
        { op: 'insertUpload', upload: upload(1) },
        { op: 'enqueueJob', job: job(1, { leaseToken: 't' }) },
      ])
      for (const set of [{ id: 'x' }, { kind: 'other' }, { space: 'x' }, { createdBy: 'x' }, { createdAt: 1 }, { version: 9 }]) {
        await failsWith(store.commit([update(1, set as AssetChanges)]), 'invalid_request')
      }
      const key = { op: 'updateBlob', id: idOf(1, 'b'), guard: { states: ['writing'] }, set: { key: 'x' } as object } as const
      await failsWith(store.commit([key]), 'invalid_request')
      await failsWith(store.commit([{ ...key, set: { sourceId: 'x' } as object }]), 'invalid_request')
      const assetId = {
        op: 'updateUpload',
        id: idOf(1, 'u'),
        guard: { states: ['open'] },
        set: { assetId: 'x' } as object,
      } as const
      await failsWith(store.commit([assetId]), 'invalid_request')
      const type = { op: 'updateJob', id: idOf(1, 'j'), guard: { leaseToken: 't' }, set: { type: 'x' } as object } as const
      await failsWith(store.commit([type]), 'invalid_request')
      assert.deepEqual(await store.list(query()), [asset(1)])
    },
  },
  {
    id: 'M16',
    title: 'each update adds one to the version, and its time never goes back',
    async run({ store }) {
      await insert(store, asset(1))
      await store.commit([update(1, { title: 'a', updatedAt: T0 + 500 })])
      await store.commit([update(1, { title: 'b', updatedAt: T0 - 500 })])
      await store.commit([update(1, {})])
      const found = await store.getAsset({ kind: 'file', id: idOf(1) })
      assert.deepEqual([found?.version, found?.updatedAt, found?.title], [4, T0 + 500, 'b'])
    },
  },
  {
    id: 'M17',
    title: 'tags added and removed at the same time are all there, and all gone, in the end',
    async run({ store, second }) {
      const old = Array.from({ length: 6 }, (_, i) => `old-${i}`)
      await insert(store, asset(1, { tags: old }))
      const tags = Array.from({ length: 8 }, (_, i) => `tag-${i}`)
      const changes = [...tags.map(adding), ...old.map(removing)]
      await Promise.all(changes.map((change, i) => changeTags(i % 2 ? store : second, 1, change)))
      const found = await store.getAsset({ kind: 'file', id: idOf(1) })
      assert.deepEqual([...(found?.tags ?? [])].sort(), [...tags].sort())
      for (const tag of tags) assert.deepEqual(await numbersOf(store, taggedAny(tag)), [1])
      assert.deepEqual(await numbersOf(store, taggedAny(...old)), [])
      await store.commit([update(1, { tags: ['tag-3'] })])
      assert.deepEqual(await numbersOf(store, taggedAny('tag-4')), [])
      assert.deepEqual(await numbersOf(store, taggedAny('tag-3')), [1])
    },
  },
  {
    id: 'M37',
    title: 'a change from a state that the row is not in is refused',
    async run({ store }) {
      await insert(store, asset(1, { state: 'uploading', blobId: 'b1' }))
      await store.commit([
        { op: 'insertBlob', blob: blob(1, { state: 'stored' }) },
        { op: 'insertUpload', upload: upload(1, { offsetBytes: 5 }) },
        { op: 'insertIdempotency', record: idempotency(), now: T0 },
      ])
      const refused: Change[] = [
        update(1, { title: 'x' }),
        update(1, { title: 'x' }, { states: [] }),
        update(1, { title: 'x' }, { states: ['uploading'], blobId: null }),
        update(1, { title: 'x' }, { states: ['uploading'], version: 2 }),
        { op: 'updateAsset', id: idOf(1), kind: 'other', guard: { states: ['uploading'] }, set: { title: 'x' } },
        { op: 'deleteAsset', id: idOf(1), kind: 'file', guard: { states: ['ready', 'deleting'] } },
        { op: 'deleteAsset', id: idOf(1), kind: 'other', guard: { states: ['uploading'] } },
        { op: 'updateBlob', id: idOf(1, 'b'), guard: { states: ['writing'] }, set: { state: 'condemned' } },
        { op: 'deleteBlob', id: idOf(1, 'b'), guard: { states: ['condemned'] } },
        { op: 'updateUpload', id: idOf(1, 'u'), guard: { states: ['completing'] }, set: { offsetBytes: 9 } },
        { op: 'updateUpload', id: idOf(1, 'u'), guard: { states: ['open'], offsetBytes: 4 }, set: { offsetBytes: 9 } },
        { op: 'deleteUpload', id: idOf(1, 'u'), guard: { states: ['completing'] } },
        { op: 'updateIdempotency', scope: 'other', key: 'key', guard: { fingerprint: 'f' }, set: { response: {} } },
        { op: 'updateIdempotency', scope: 'tenant', key: 'key', guard: { fingerprint: 'g' }, set: { response: {} } },
      ]
      for (const change of refused) {
        const { details } = await failsWith(
          store.commit([{ op: 'addUsage', kind: 'file', space: 's', bytes: 1, count: 1 }, change]),
          'conflict',
        )
        assert.deepEqual(details, { index: 1, op: change.op })
      }
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: 0, count: 0 })
      const guard = { states: ['condemned'] } as const
      await store.commit([{ op: 'updateBlobsOf', assetId: idOf(1), guard, set: { dueAt: 1 } }])
      assert.equal((await store.getBlob(idOf(1, 'b')))?.dueAt, null)
    },
  },
  {
    id: 'M38',
    title: 'of many that would move one row, one does',
    async run({ store, second }) {
      await insert(store, asset(1, { state: 'uploading' }))
      const racers = Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? store : second).commit([
          update(1, { state: i % 3 ? 'ready' : 'failed' }, { states: ['uploading'] }),
          { op: 'enqueueJob', job: job(i) },
          { op: 'addUsage', kind: 'file', space: 's', bytes: 10, count: 1 },
        ]),
      )
      assert.equal(await winners(racers, 'conflict'), 1)
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: 10, count: 1 })
      const jobs = await Promise.all(racers.map((_, i) => store.getJob(idOf(i, 'j'))))
      assert.equal(jobs.filter(found => found !== null).length, 1)
    },
  },
  {
    id: 'M39',
    title: 'whoever lost its lease changes nothing',
    async run({ store }) {
      await store.commit([
        { op: 'insertBlob', blob: blob(1, { leaseToken: 'new' }) },
        { op: 'enqueueJob', job: job(1) },
        { op: 'insertUpload', upload: upload(1, { leaseToken: 'new' }) },
      ])
      await store.claimJobs({ types: ['purge'], now: T0, leaseMs: 10, leaseToken: 'old', limit: 1 })
      await store.claimJobs({ types: ['purge'], now: T0 + 10, leaseMs: 10, leaseToken: 'new', limit: 1 })
      const stale: Change[] = [
        { op: 'updateBlob', id: idOf(1, 'b'), guard: { states: ['writing'], leaseToken: 'old' }, set: { state: 'stored' } },
        { op: 'updateJob', id: idOf(1, 'j'), guard: { leaseToken: 'old' }, set: { state: 'failed' } },
        { op: 'deleteJob', id: idOf(1, 'j'), guard: { leaseToken: 'old' } },
        { op: 'updateUpload', id: idOf(1, 'u'), guard: { states: ['open'], leaseToken: 'old' }, set: { offsetBytes: 1 } },
        { op: 'updateUpload', id: idOf(1, 'u'), guard: { states: ['open'], leaseToken: null }, set: { offsetBytes: 1 } },
      ]
      for (const change of stale) await failsWith(store.commit([change]), 'conflict')
      await store.commit([
        {
          op: 'updateBlob',
          id: idOf(1, 'b'),
          guard: { states: ['writing'], leaseToken: 'new' },
          set: { state: 'stored', leaseToken: null },
        },
        { op: 'updateUpload', id: idOf(1, 'u'), guard: { states: ['open'], leaseToken: 'new' }, set: { leaseToken: null } },
        { op: 'updateUpload', id: idOf(1, 'u'), guard: { states: ['open'], leaseToken: null }, set: { offsetBytes: 1 } },
        { op: 'deleteJob', id: idOf(1, 'j'), guard: { leaseToken: 'new' } },
      ])
      assert.equal(await store.getJob(idOf(1, 'j')), null)
    },
  },
  {
    id: 'M41',
    title: 'what is being deleted is nowhere, until it is asked for by its state',
    async run({ store }) {
      const names = {
        slug: 'slug',
        uniqueName: 'name',
        title: 'wanted title',
        tags: ['tag'],
        createdBy: 'u',
        fields: { part: 'p' },
      }
      await insert(store, asset(1, names), asset(2))
      await store.commit([update(1, { state: 'deleting' })])
      const lookups = [{ id: idOf(1) }, { space: 's', slug: 'slug' }, { space: 's', uniqueName: 'name' }]
      for (const lookup of lookups) {
        assert.equal(await store.getAsset({ kind: 'file', ...lookup }), null)
        const states: AssetState[] = ['deleting', 'ready']
        assert.equal((await store.getAsset({ kind: 'file', ...lookup, states }))?.id, idOf(1))
      }
      const filters = [
        taggedAny('tag'),
        search('wanted'),
        search('wa'),
        { op: 'eq', column: 'createdBy', value: 'u' },
        { op: 'eq', column: { field: 'part' }, value: 'p' },
        { op: 'eq', column: 'state', value: 'deleting' },
      ] as const
      for (const filter of filters) {
        assert.deepEqual(await numbersOf(store, filter), [], JSON.stringify(filter))
        assert.deepEqual(await store.count({ kind: 'file', filter }), { count: 0, exact: true })
        assert.deepEqual(await numbersOf(store, filter, { states: ['deleting'] }), [1], JSON.stringify(filter))
        assert.deepEqual(await numbersOf(store, filter, { states: ['ready', 'deleting'] }), [1])
        assert.deepEqual(await store.count({ kind: 'file', filter, states: ['deleting', 'ready'] }), { count: 1, exact: true })
      }
      await insert(store, asset(3, names))
      assert.equal((await store.getAsset({ kind: 'file', space: 's', slug: 'slug', states: ['deleting', 'ready'] }))?.id, idOf(3))
      await store.commit([{ op: 'deleteAsset', id: idOf(1), kind: 'file', guard: { states: ['deleting'] } }])
      assert.deepEqual(await numbersOf(store, { op: 'all' }, { states: ['deleting', 'ready', 'failed', 'uploading'] }), [3, 2])
      await store.commit([{ op: 'deleteAsset', id: idOf(3), kind: 'file', guard: { states: ['ready'] } }])
      assert.deepEqual(await numbersOf(store, taggedAny('tag')), [])
      assert.deepEqual(await numbersOf(store, search('wanted')), [])
      await deletedOverCore(store)
    },
  },
  {
    id: 'M42',
    title: 'a batch that fails leaves nothing behind, jobs included',
    async run({ store }) {
      const batch: Change[] = [
        { op: 'insertAsset', asset: asset(1, { tags: ['t'], title: 'searched' }) },
        { op: 'insertBlob', blob: blob(1) },
        { op: 'enqueueJob', job: job(1) },
        { op: 'insertUpload', upload: upload(1) },
        { op: 'insertIdempotency', record: idempotency(), now: T0 },
        { op: 'addUsage', kind: 'file', space: 's', bytes: 1, count: 1 },
        { op: 'deleteBlob', id: 'none', guard: { states: ['stored'] } },
      ]
      const alone = failsWith(store.commit(batch), 'conflict')
      const beside = store.commit([{ op: 'insertBlob', blob: blob(2) }])
      await Promise.all([alone, beside])
      assert.deepEqual(await store.list(query({ op: 'all' }, { states: ['ready', 'uploading'] })), [])
      assert.deepEqual(await numbersOf(store, taggedAny('t')), [])
      assert.deepEqual(await numbersOf(store, search('searched')), [])
      assert.equal(await store.getBlob(idOf(1, 'b')), null)
      assert.equal(await store.getJob(idOf(1, 'j')), null)
      assert.equal(await store.getUpload(idOf(1, 'u')), null)
      assert.equal(await store.getIdempotency('tenant', 'key'), null)
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: 0, count: 0 })
      assert.ok(await store.getBlob(idOf(2, 'b')))
      await store.commit(batch.slice(0, -1))
      assert.deepEqual(await numbersOf(store, search('searched')), [1])
    },
  },
  {
    id: 'M44',
    title: 'a batch sent again after an unknown outcome is refused where it had been done',
    async run({ store }) {
      const batch: Change[] = [
        { op: 'insertAsset', asset: asset(1, { state: 'uploading' }) },
        { op: 'insertBlob', blob: blob(1) },
        { op: 'addUsage', kind: 'file', space: 's', bytes: 5, count: 1 },
      ]
      await store.commit(batch)
      assert.equal((await failsWith(store.commit(batch), 'already_exists')).details.constraint, 'id')
      const finish = update(1, { state: 'ready' }, { states: ['uploading'], version: 1 })
      await store.commit([finish])
      await failsWith(store.commit([finish]), 'conflict')
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: 5, count: 1 })
      assert.equal((await store.getAsset({ kind: 'file', id: idOf(1) }))?.version, 2)
    },
  },
]
