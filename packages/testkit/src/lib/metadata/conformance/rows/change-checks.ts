import assert from 'node:assert/strict'
import type { AssetChanges, Change, MetadataStore } from '@stowage/core/contracts'
import { asset, blob, DEEP, idempotency, idOf, insert, job, T0, upload } from '../records.ts'

/** The same text in every other kind of record. */
export const elsewhere = (bad: string): Change[] => [
  { op: 'insertBlob', blob: blob(9, { key: bad }) },
  { op: 'enqueueJob', job: job(9, { payload: { deep: [bad] } }) },
  { op: 'insertUpload', upload: upload(9, { data: { [bad]: 1 } }) },
  { op: 'insertIdempotency', record: idempotency({ key: bad }), now: T0 },
  { op: 'insertIdempotency', record: idempotency({ response: { body: bad } }), now: T0 },
  { op: 'addUsage', kind: 'file', space: bad, bytes: 1, count: 1 },
]

/** Every column that may change, changed: none is forgotten, and none touches another. */
export async function changesComeBack(store: MetadataStore): Promise<void> {
  const set: AssetChanges = {
    type: 'pdf',
    state: 'failed',
    processing: 'pending',
    processingError: 'e',
    processingProgress: 40,
    visibility: 'public',
    title: 't',
    description: 'd',
    slug: 'other-slug',
    filename: 'f',
    uniqueName: 'f',
    contentType: 'application/pdf',
    sizeBytes: 1,
    sha256: 'ff',
    width: 1,
    height: 2,
    properties: DEEP,
    fields: { note: 'n' },
    metadata: DEEP,
    tags: ['one', 'two'],
    externalUrl: 'https://example.test/',
    blobId: 'b',
    updatedAt: T0 + 99,
  }
  await insert(store, asset(3), asset(4))
  const ready = { states: ['ready'] } as const
  for (const [name, value] of Object.entries(set)) {
    if (name === 'state') continue
    const change = { op: 'updateAsset', id: idOf(3), kind: 'file', guard: ready, set: { [name]: value } } as const
    await store.commit([change])
  }
  await store.commit([{ op: 'updateAsset', id: idOf(3), kind: 'file', guard: ready, set: { state: 'failed' } }])
  const found = await store.getAsset({ kind: 'file', id: idOf(3), states: ['failed'] })
  assert.deepEqual(found, { ...asset(3), ...set, version: 1 + Object.keys(set).length })
  assert.deepEqual(await store.getAsset({ kind: 'file', id: idOf(4) }), asset(4))

  const bytes = {
    state: 'stored',
    role: 'thumb',
    sizeBytes: 1,
    sha256: 'f',
    etag: 'e',
    contentType: 'c',
    leaseToken: 'l',
  } as const
  const blobSet = { ...bytes, dueAt: T0, purgesLeft: 2 }
  await store.commit([{ op: 'insertBlob', blob: blob(3) }])
  await store.commit([{ op: 'updateBlob', id: idOf(3, 'b'), guard: { states: ['writing'] }, set: blobSet }])
  assert.deepEqual(await store.getBlob(idOf(3, 'b')), { ...blob(3), ...blobSet })

  const uploadSet = { state: 'completing', storageUploadId: 's', offsetBytes: 7, declaredBytes: 9, leaseToken: 'l' } as const
  const rest = { expiresAt: T0 + 5, data: DEEP }
  await store.commit([{ op: 'insertUpload', upload: upload(3) }])
  await store.commit([{ op: 'updateUpload', id: idOf(3, 'u'), guard: { states: ['open'] }, set: { ...uploadSet, ...rest } }])
  assert.deepEqual(await store.getUpload(idOf(3, 'u')), { ...upload(3), ...uploadSet, ...rest })

  const jobSet = {
    payload: DEEP,
    state: 'failed',
    attempts: 2,
    maxAttempts: 9,
    runAt: T0 + 1,
    leaseUntil: 5,
    lastError: 'e',
  } as const
  await store.commit([{ op: 'enqueueJob', job: job(3, { leaseToken: 'l' }) }])
  await store.commit([{ op: 'updateJob', id: idOf(3, 'j'), guard: { leaseToken: 'l' }, set: { ...jobSet, leaseToken: 'm' } }])
  assert.deepEqual(await store.getJob(idOf(3, 'j')), { ...job(3), ...jobSet, leaseToken: 'm' })
}
