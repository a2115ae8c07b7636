import assert from 'node:assert/strict'
import type { BlobRecord, BlobState, Change } from '@stowage/core/contracts'
import { failsWith, winners } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, blob, idOf, insert, job } from '../records.ts'

const SOURCE = idOf(1, 'b')
const ALIVE: readonly BlobState[] = ['writing', 'stored']

const insertBlob = (number: number, given: Partial<BlobRecord> = {}): Change => ({ op: 'insertBlob', blob: blob(number, given) })

/** A derivative of the first blob, with an asset of its own number unless another is given. */
const derive = (number: number, role: string, given: Partial<BlobRecord> = {}): Change =>
  insertBlob(number, { assetId: idOf(1), sourceId: SOURCE, role, ...given })

const setState = (number: number, state: BlobState): Change => ({
  op: 'updateBlob',
  id: idOf(number, 'b'),
  guard: { states: ['writing', 'stored', 'condemned'] },
  set: { state },
})

const usage: Change = { op: 'addUsage', kind: 'file', space: 's', bytes: 1, count: 1 }

export const derivativeRows: readonly MetadataRow[] = [
  {
    id: 'M50',
    title: 'a source has one living derivative of a role; what is condemned frees the role',
    async run({ store, second }) {
      await store.commit([insertBlob(1), derive(2, 'small'), derive(3, 'large'), derive(4, 'small', { sourceId: 'other' })])
      await store.commit([insertBlob(5, { assetId: idOf(1) }), insertBlob(6, { assetId: idOf(1) })])
      assert.equal((await store.getDerivative(SOURCE, 'small'))?.id, idOf(2, 'b'))
      assert.deepEqual(
        await second.getDerivative('other', 'small'),
        blob(4, { assetId: idOf(1), sourceId: 'other', role: 'small' }),
      )
      for (const [source, role] of [
        [SOURCE, 'medium'],
        ['none', 'small'],
        [SOURCE, 'original'],
      ] as const) {
        assert.equal(await store.getDerivative(source, role), null)
      }
      const { details } = await failsWith(store.commit([usage, derive(7, 'small', { state: 'stored' })]), 'already_exists')
      assert.deepEqual(details, { index: 1, op: 'insertBlob', constraint: 'derivative' })
      await store.commit([setState(2, 'condemned')])
      assert.equal(await store.getDerivative(SOURCE, 'small'), null)
      await store.commit([derive(8, 'small'), derive(9, 'small', { state: 'condemned' })])
      assert.equal((await second.getDerivative(SOURCE, 'small'))?.id, idOf(8, 'b'))
      await failsWith(store.commit([setState(2, 'stored')]), 'already_exists')
      const racers = Array.from({ length: 20 }, (_, i) => (i % 2 ? store : second).commit([derive(20 + i, 'raced')]))
      assert.equal(await winners(racers, 'already_exists'), 1)
    },
  },
  {
    id: 'M51',
    title: 'blobs of an asset are changed by what they were derived from',
    async run({ store }) {
      await store.commit([insertBlob(1), derive(2, 'small'), derive(3, 'large'), derive(4, 'old', { sourceId: 'before' })])
      await store.commit([derive(5, 'small', { assetId: idOf(9), sourceId: 'elsewhere' }), setState(3, 'stored')])
      const changed = async (
        set: { readonly dueAt: number },
        guard: { states: readonly BlobState[]; sourceId?: string | null },
      ) => {
        await store.commit([{ op: 'updateBlobsOf', assetId: idOf(1), guard, set }])
        const blobs = await store.listBlobs(idOf(1))
        return blobs.filter(({ dueAt }) => dueAt === set.dueAt).map(({ id }) => Number(id.slice(1)))
      }
      assert.deepEqual(await changed({ dueAt: 1 }, { states: ALIVE, sourceId: SOURCE }), [2, 3])
      assert.deepEqual(await changed({ dueAt: 2 }, { states: ['writing'], sourceId: SOURCE }), [2])
      assert.deepEqual(await changed({ dueAt: 3 }, { states: ALIVE, sourceId: null }), [1])
      assert.deepEqual(await changed({ dueAt: 4 }, { states: ALIVE, sourceId: 'none' }), [])
      assert.deepEqual(await changed({ dueAt: 5 }, { states: ALIVE }), [1, 2, 3, 4])
      assert.equal((await store.getBlob(idOf(5, 'b')))?.dueAt, null)
    },
  },
  {
    id: 'M63',
    title: 'a blob moves to another storage when the row that held its place there goes in the same batch',
    async run({ store }) {
      const [held, moved] = [
        insertBlob(2, { storage: 'new', key: 'k' }),
        insertBlob(1, { storage: 'old', key: 'k', state: 'stored' }),
      ]
      await store.commit([moved, held, insertBlob(3, { assetId: idOf(1) })])
      const guard = { states: ['stored'] } as const
      const move: Change = { op: 'updateBlob', id: idOf(1, 'b'), guard, set: { storage: 'new', etag: '"new"' } }
      const { details } = await failsWith(store.commit([usage, move]), 'already_exists')
      assert.deepEqual(details, { index: 1, op: 'updateBlob', constraint: 'key' })
      const release: Change = { op: 'deleteBlob', id: idOf(2, 'b'), guard: { states: ['writing'] } }
      const left = insertBlob(4, { storage: 'old', key: 'k', state: 'condemned' })
      await store.commit([release, move, left])
      const expected = { id: idOf(1, 'b'), storage: 'new', etag: '"new"', state: 'stored' }
      const { id, storage, etag, state } = (await store.getBlobByKey('new', 'k')) ?? blob(9)
      assert.deepEqual({ id, storage, etag, state }, expected)
      assert.equal((await store.getBlobByKey('old', 'k'))?.id, idOf(4, 'b'))
      // The place it left is not free for it any more, and the row that it needed is gone.
      await failsWith(store.commit([release, move]), 'conflict')
      const many = { op: 'updateBlobsOf', assetId: idOf(1), guard, set: { storage: 'new' } as object } as const
      await failsWith(store.commit([many]), 'invalid_request')
    },
  },
  {
    id: 'M52',
    title: 'an assertion writes nothing, and fails its whole batch where it does not hold',
    async run({ store }) {
      await insert(store, asset(1, { blobId: SOURCE, version: 3 }), asset(2, { state: 'deleting' }))
      const asserts = (number: number, guard: Partial<Extract<Change, { op: 'assertAsset' }>['guard']> = {}): Change => ({
        op: 'assertAsset',
        id: idOf(number),
        kind: 'file',
        guard: { states: ['ready'], ...guard },
      })
      const refused: Change[] = [
        asserts(2),
        asserts(3),
        asserts(1, { states: [] }),
        asserts(1, { states: ['uploading', 'deleting'] }),
        asserts(1, { version: 2 }),
        asserts(1, { blobId: null }),
        asserts(1, { blobId: 'another' }),
        { ...asserts(1), kind: 'other' } as Change,
      ]
      for (const change of refused) {
        const before: Change = { op: 'enqueueJob', job: job(1) }
        const { details } = await failsWith(store.commit([before, change, derive(2, 'small')]), 'conflict')
        assert.deepEqual(details, { index: 1, op: 'assertAsset' })
        assert.equal(await store.getJob(idOf(1, 'j')), null)
        assert.equal(await store.getBlob(idOf(2, 'b')), null)
      }
      const held = [
        asserts(1),
        asserts(1, { version: 3, blobId: SOURCE }),
        asserts(2, { states: ['ready', 'deleting'], blobId: null }),
      ]
      await store.commit([...held, derive(2, 'small')])
      await store.commit(held)
      assert.equal((await store.getDerivative(SOURCE, 'small'))?.id, idOf(2, 'b'))
      assert.deepEqual(await store.getAsset({ kind: 'file', id: idOf(1) }), asset(1, { blobId: SOURCE, version: 3 }))
    },
  },
]
