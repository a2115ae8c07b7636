import assert from 'node:assert/strict'
import type { JsonObject, JsonValue } from '@stowage/core/contracts'
import { failsWith } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, blob, DEEP, idempotency, idOf, insert, job, numbersOf, query, search, T0, taggedAny, upload } from '../records.ts'
import { changesComeBack, elsewhere } from './change-checks.ts'

const UNSTORABLE = ['a\0b', '\ud800', 'x\udc00y']

function nested(depth: number): JsonObject {
  let value: JsonValue = 1
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { in: value }
  return { value }
}

export const recordRows: readonly MetadataRow[] = [
  {
    id: 'M1',
    title: 'every column of every record comes back as it was',
    async run({ store }) {
      const full = asset(1, {
        createdBy: 'user',
        type: 'image',
        processing: 'failed',
        processingError: 'too large',
        processingProgress: 55,
        visibility: 'public',
        title: 'Title',
        description: 'Line\nline',
        slug: 'slug',
        filename: 'photo.png',
        uniqueName: 'photo.png',
        contentType: 'image/png',
        sizeBytes: 12,
        sha256: 'ab'.repeat(32),
        width: 3,
        height: 4,
        properties: DEEP,
        fields: { part: 'p', score: 1.5, flag: true },
        metadata: DEEP,
        tags: ['z', 'a', 'm'],
        externalUrl: 'https://example.test/?a=1&b=%20',
        blobId: idOf(1, 'b'),
        version: 7,
      })
      const bytes = blob(1, {
        sizeBytes: 12,
        sha256: 'cd',
        etag: '"e"',
        contentType: 'image/png',
        leaseToken: 't',
        dueAt: T0,
        sourceId: 'b0',
        scan: 'clean',
      })
      const task = job(1, { payload: DEEP, leaseToken: 't', leaseUntil: T0, lastError: 'no', state: 'running', attempts: 2 })
      const session = upload(1, { data: DEEP, storageUploadId: 's', declaredBytes: 99, leaseToken: 'l', offsetBytes: 5 })
      const first = idempotency({ response: DEEP })
      await store.commit([
        { op: 'insertAsset', asset: full },
        { op: 'insertBlob', blob: bytes },
        { op: 'enqueueJob', job: task },
        { op: 'insertUpload', upload: session },
        { op: 'insertIdempotency', record: first, now: T0 },
      ])
      assert.deepEqual(await store.getAsset({ kind: 'file', id: full.id }), full)
      assert.deepEqual(await store.getAsset({ kind: 'file', space: 's', slug: 'slug' }), full)
      assert.deepEqual(await store.getAsset({ kind: 'file', space: 's', uniqueName: 'photo.png' }), full)
      assert.deepEqual(await store.list(query()), [full])
      assert.deepEqual(await store.getBlob(bytes.id), bytes)
      assert.deepEqual(await store.getBlobByKey('memory', bytes.key), bytes)
      assert.deepEqual(await store.listBlobs(full.id), [bytes])
      assert.deepEqual(await store.getJob(task.id), task)
      assert.deepEqual(await store.getUpload(session.id), session)
      assert.deepEqual(await store.getIdempotency('tenant', 'key'), first)
      await insert(store, asset(2))
      assert.deepEqual(await store.getAsset({ kind: 'file', id: idOf(2) }), asset(2))
      assert.equal(await store.getAsset({ kind: 'other', id: idOf(2) }), null)
      await changesComeBack(store)
    },
  },
  {
    id: 'M2',
    title: 'a taken id, slug, name or key is refused, and says which',
    async run({ store }) {
      const taken = asset(1, { slug: 'slug', uniqueName: 'name' })
      await store.commit([
        { op: 'insertAsset', asset: taken },
        { op: 'insertBlob', blob: blob(1) },
        { op: 'enqueueJob', job: job(1) },
        { op: 'insertUpload', upload: upload(1) },
      ])
      const attempts = [
        ['id', { op: 'insertAsset', asset: asset(1) }],
        ['id', { op: 'insertAsset', asset: asset(1, { kind: 'other' }) }],
        ['slug', { op: 'insertAsset', asset: asset(2, { slug: 'slug' }) }],
        ['uniqueName', { op: 'insertAsset', asset: asset(2, { uniqueName: 'name' }) }],
        ['id', { op: 'insertBlob', blob: blob(1, { key: 'another' }) }],
        ['key', { op: 'insertBlob', blob: blob(2, { key: blob(1).key }) }],
        ['id', { op: 'enqueueJob', job: job(1) }],
        ['id', { op: 'insertUpload', upload: upload(1) }],
      ] as const
      for (const [constraint, change] of attempts) {
        const unrelated = { op: 'insertAsset', asset: asset(9) } as const
        const error = await failsWith(store.commit([unrelated, change]), 'already_exists')
        assert.deepEqual(error.details, { index: 1, op: change.op, constraint })
      }
      await insert(store, asset(3, { space: 'elsewhere', slug: 'slug', uniqueName: 'name' }))
      await insert(store, asset(4, { kind: 'other', slug: 'slug', uniqueName: 'name' }))
      await insert(store, asset(5), asset(6))
      for (const [constraint, set] of [
        ['slug', { slug: 'slug' }],
        ['uniqueName', { uniqueName: 'name' }],
      ] as const) {
        const renamed = store.commit([{ op: 'updateAsset', id: idOf(5), kind: 'file', guard: { states: ['ready'] }, set }])
        assert.equal((await failsWith(renamed, 'already_exists')).details.constraint, constraint)
      }
      assert.deepEqual(await numbersOf(store, { op: 'all' }), [6, 5, 3, 1])
    },
  },
  {
    id: 'M3',
    title: 'astral characters stay, and composed and decomposed forms stay two',
    async run({ store }) {
      const texts = ['🧪𝔘𠜎', '\u00e9', 'e\u0301', '\ufeffbom', '\uffff', 'שלום', '👩‍👩‍👧']
      await insert(
        store,
        ...texts.map((text, i) => asset(i, { title: text, tags: [text], slug: text, metadata: { [text]: text } })),
      )
      for (const [i, text] of texts.entries()) {
        const found = await store.getAsset({ kind: 'file', space: 's', slug: text })
        assert.equal(found?.id, idOf(i))
        assert.deepEqual([found?.title, found?.metadata], [text, { [text]: text }])
        assert.deepEqual(await numbersOf(store, taggedAny(text)), [i])
        assert.deepEqual(await numbersOf(store, { op: 'eq', column: 'title', value: text }), [i])
      }
    },
  },
  {
    id: 'M4',
    title: 'text with NUL or a lone surrogate is refused as unprocessable, wherever it stands',
    async run({ store }) {
      await insert(store, asset(1))
      for (const bad of UNSTORABLE) {
        const records = [
          asset(2, { title: bad }),
          asset(2, { id: bad }),
          asset(2, { tags: ['fine', bad] }),
          asset(2, { metadata: { deep: [{ deeper: bad }] } }),
          asset(2, { metadata: { [bad]: 1 } }),
          asset(2, { fields: { part: bad } }),
        ]
        for (const record of records) await failsWith(insert(store, record), 'unprocessable')
        const guard = { states: ['ready'] } as const
        await failsWith(
          store.commit([{ op: 'updateAsset', id: idOf(1), kind: 'file', guard, set: { description: bad } }]),
          'unprocessable',
        )
        for (const filter of [taggedAny(bad), search(bad), { op: 'eq', column: 'title', value: bad } as const]) {
          await failsWith(store.list(query(filter)), 'unprocessable')
        }
        await failsWith(store.getAsset({ kind: 'file', id: bad }), 'unprocessable')
        await failsWith(store.getBlob(bad), 'unprocessable')
        for (const change of elsewhere(bad)) await failsWith(store.commit([change]), 'unprocessable')
        await failsWith(store.nextInSequence(bad), 'unprocessable')
        await failsWith(store.settingOnce('name', bad), 'unprocessable')
        await failsWith(store.getIdempotency('scope', bad), 'unprocessable')
      }
      assert.deepEqual(await store.list(query()), [asset(1)])
    },
  },
  {
    id: 'M5',
    title: 'sizes to 2^53 - 1 and floats are exact; what is not exact is refused',
    async run({ store }) {
      const max = Number.MAX_SAFE_INTEGER
      const floats = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -646523403952532700, 2 ** 53 + 2, 0]
      await insert(store, asset(1, { sizeBytes: max, width: 0, metadata: { floats } }))
      await insert(store, ...floats.map((score, i) => asset(10 + i, { fields: { score } })))
      const found = await store.getAsset({ kind: 'file', id: idOf(1) })
      assert.deepEqual([found?.sizeBytes, found?.width, found?.metadata], [max, 0, { floats }])
      assert.deepEqual(await numbersOf(store, { op: 'eq', column: 'sizeBytes', value: max }), [1])
      for (const [i, value] of floats.entries()) {
        assert.deepEqual(await numbersOf(store, { op: 'eq', column: { field: 'score' }, value }), [10 + i], `score ${value}`)
      }
      for (const sizeBytes of [2 ** 53, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await failsWith(insert(store, asset(2, { sizeBytes })), 'unprocessable')
      }
      await failsWith(insert(store, asset(2, { metadata: { n: Number.NaN } })), 'unprocessable')
      await store.commit([{ op: 'addUsage', kind: 'file', space: 's', bytes: max, count: 1 }])
      assert.deepEqual(await store.getUsage('file', 's'), { bytes: max, count: 1 })
    },
  },
  {
    id: 'M6',
    title: 'a member called __proto__ is one like any other',
    async run({ store }) {
      const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":"x"}') as JsonObject
      await insert(store, asset(1, { metadata: hostile, properties: hostile }))
      const found = await store.getAsset({ kind: 'file', id: idOf(1) })
      assert.equal(JSON.stringify(found?.metadata), JSON.stringify(hostile))
      assert.ok(found && Object.hasOwn(found.metadata, '__proto__'))
      assert.equal(({} as JsonObject).polluted, undefined)
      await failsWith(store.list(query({ op: 'eq', column: { field: '__proto__' }, value: 'x' })), 'invalid_request')
      await failsWith(store.list(query({ op: 'eq', column: { field: 'toString' }, value: 'x' })), 'invalid_request')
    },
  },
  {
    id: 'M7',
    title: 'null and absent members are told apart in what is read, and are one to filters',
    async run({ store }) {
      await insert(store, asset(1, { fields: { part: null } }), asset(2), asset(3, { fields: { part: '' } }))
      assert.deepEqual((await store.getAsset({ kind: 'file', id: idOf(1) }))?.fields, { part: null })
      assert.deepEqual((await store.getAsset({ kind: 'file', id: idOf(2) }))?.fields, {})
      const column = { field: 'part' }
      assert.deepEqual(await numbersOf(store, { op: 'isNull', column }), [2, 1])
      assert.deepEqual(await numbersOf(store, { op: 'not', filter: { op: 'eq', column, value: 'x' } }), [3, 2, 1])
      assert.deepEqual(await numbersOf(store, { op: 'eq', column, value: '' }), [3])
    },
  },
  {
    id: 'M8',
    title: 'large and deep JSON is kept whole or refused as unprocessable',
    async run({ store }) {
      const large = { text: 'x'.repeat(1_000_000), list: Array.from({ length: 20_000 }, (_, i) => i) }
      await insert(store, asset(1, { metadata: large, properties: nested(100) }))
      const found = await store.getAsset({ kind: 'file', id: idOf(1) })
      assert.deepEqual([found?.metadata, found?.properties], [large, nested(100)])
      await failsWith(insert(store, asset(2, { metadata: nested(5000) })), 'unprocessable')
      await failsWith(insert(store, asset(2, { fields: nested(5000) })), 'unprocessable')
      assert.equal(await store.getAsset({ kind: 'file', id: idOf(2) }), null)
    },
  },
]
