import assert from 'node:assert/strict'
import type { Asset, AssetPatch, Assets, JsonObject, MetadataStore } from '@stowage/core'
import { failsWith, winners } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { stowageOver } from '../over-core.ts'
import { asset, idOf, insert, numbersOf, search, taggedAny } from '../records.ts'

const USER = { id: 'user' }

async function filesOf(store: MetadataStore): Promise<Assets> {
  return (await stowageOver(store)).as(USER)
}

/** What a patch makes of metadata, as answered and as read afterwards. */
async function patched(store: MetadataStore, before: JsonObject, patch: AssetPatch, number = 1): Promise<Asset> {
  await insert(store, asset(number, { metadata: before }))
  const files = await filesOf(store)
  const answered = await files.update(idOf(number), patch)
  assert.deepEqual(await files.get({ id: idOf(number) }), answered)
  return answered
}

export const patchRows: readonly MetadataRow[] = [
  {
    id: 'M9',
    title: 'null in a patch removes the member, the text, the tags or everything',
    async run({ store }) {
      const before = { a: 1, b: { c: 2, d: null }, e: null }
      const { metadata } = await patched(store, before, { metadata: { a: null, b: { c: null }, none: null } })
      assert.deepEqual(metadata, { b: { d: null }, e: null })
      const record = { title: 'title', description: 'text', tags: ['t'], metadata: before, fields: { part: 'p', score: 1 } }
      await insert(store, asset(2, record))
      const files = await filesOf(store)
      const emptied = await files.update(idOf(2), { title: null, description: null, tags: null, metadata: null })
      assert.deepEqual([emptied.title, emptied.description, emptied.tags, emptied.metadata], [null, null, [], {}])
      assert.deepEqual((await files.update(idOf(2), { fields: { part: null } })).fields, { score: 1 })
      assert.deepEqual(await numbersOf(store, search('title')), [])
      assert.deepEqual(await numbersOf(store, taggedAny('t')), [])
      assert.deepEqual(await numbersOf(store, { op: 'eq', column: { field: 'part' }, value: 'p' }), [])
      assert.deepEqual(await numbersOf(store, { op: 'eq', column: { field: 'score' }, value: 1 }), [2])
    },
  },
  {
    id: 'M10',
    title: 'an array in a patch replaces what was there, nulls and all',
    async run({ store }) {
      const before = { list: [1, 2, 3], nested: { list: ['a'] }, text: 'x', gone: [1] }
      const patch = { list: [{ a: null }, null], nested: { list: [] }, text: [1], gone: { now: ['an object'] } }
      const { metadata } = await patched(store, before, { metadata: patch, tags: ['b', 'c'] })
      assert.deepEqual(metadata, patch)
      const files = await filesOf(store)
      assert.deepEqual((await files.update(idOf(1), { tags: ['c', 'd', 'c'] })).tags, ['c', 'd'])
      assert.deepEqual(await numbersOf(store, taggedAny('b')), [])
      assert.deepEqual(await numbersOf(store, taggedAny('d')), [1])
    },
  },
  {
    id: 'M11',
    title: 'objects merge at every depth, and whatever is no object is replaced',
    async run({ store }) {
      const before = { a: { b: { c: 1, keep: true }, keep: 1 }, scalar: 1, list: [1], keep: 'k' }
      const patch = { a: { b: { c: { deeper: { still: null, in: 1 } } } }, scalar: { now: 'object' }, list: { 0: 'no index' } }
      const { metadata } = await patched(store, before, { metadata: patch })
      assert.deepEqual(metadata, {
        a: { b: { c: { deeper: { in: 1 } }, keep: true }, keep: 1 },
        scalar: { now: 'object' },
        list: { 0: 'no index' },
        keep: 'k',
      })
      const hostile = JSON.parse('{"__proto__":{"a":1},"a.b":1,"":{"x":1}}') as JsonObject
      const own = await patched(store, {}, { metadata: hostile }, 2)
      assert.equal(JSON.stringify(own.metadata), JSON.stringify(hostile))
    },
  },
  {
    id: 'M12',
    title: 'patches of different members at the same time are all there in the end',
    async run({ store, second }) {
      await insert(store, asset(1, { metadata: { base: true }, fields: { note: 'n' } }))
      const doors = [await filesOf(store), await filesOf(second)]
      const patches: AssetPatch[] = [
        ...Array.from({ length: 6 }, (_, i): AssetPatch => ({ metadata: { [`m${i}`]: i } })),
        { title: 'title' },
        { tags: ['t'] },
        { fields: { part: 'p' } },
        { fields: { score: 2 } },
      ]
      await Promise.all(patches.map((patch, i) => doors[i % 2]?.update(idOf(1), patch)))
      const found = await store.getAsset({ kind: 'file', id: idOf(1) })
      assert.deepEqual(found?.metadata, { base: true, m0: 0, m1: 1, m2: 2, m3: 3, m4: 4, m5: 5 })
      assert.deepEqual([found.title, found.tags, found.version], ['title', ['t'], 1 + patches.length])
      assert.deepEqual(found.fields, { note: 'n', part: 'p', score: 2 })
      const guarded = Array.from({ length: 8 }, (_, i) =>
        doors[i % 2]?.update(idOf(1), { title: `by ${i}` }, { ifMatch: `"v${found.version}"` }),
      )
      assert.equal(await winners(guarded as Promise<Asset>[], 'precondition_failed'), 1)
    },
  },
  {
    id: 'M14',
    title: 'a patch that is refused changes nothing, not even what was right in it',
    async run({ store }) {
      const before = asset(1, { title: 'title', tags: ['t'], metadata: { a: 1 }, fields: { part: 'p' } })
      await insert(store, before, asset(2))
      const files = await filesOf(store)
      const wrong: readonly (readonly [object, object?])[] = [
        [{ title: 'new', state: 'failed' }],
        [{ title: 'new', id: 'x' }],
        [{ title: 'new', tags: ['ok', ''] }],
        [{ title: 7, tags: [] }],
        [{ title: 'nul\0' }],
        [{ metadata: [1] }],
        [{ metadata: { a: null, b: '\ud800' } }],
        [{ metadata: { b: Number.NaN } }],
        [{ tags: ['new'], fields: { score: 'no number' } }],
        [{ title: 'new', fields: { undeclared: 1 } }],
        [{ title: 'new', visibility: 'secret' }],
        [{ title: 'new', filename: '../x' }],
        [{ title: 'new' }, { ifMatch: '"v2"' }],
      ]
      for (const [patch, guard] of wrong) {
        await failsWith(files.update(idOf(1), patch, guard), 'unprocessable', 'invalid_request', 'precondition_failed')
        assert.deepEqual(await store.getAsset({ kind: 'file', id: idOf(1) }), before, JSON.stringify(patch))
      }
      assert.deepEqual(await numbersOf(store, taggedAny('t')), [1])
      assert.deepEqual(await numbersOf(store, search('new')), [])
    },
  },
]
