import { randomUUID } from 'node:crypto'
import type { AssetRecord, BlobRecord, Clock, MetadataStore, PartInfo, StorageAdapter } from '@stowage/core/contracts'
import { contentOf, sha256 } from './content.ts'

const LEASE_MS = 15 * 60_000
const PARTS = 3

/** Stores an asset in parts, with the rows in the order that an upload in parts must keep: intent, parts, whole object, ready. */
export async function storeMultipart(
  { storage, metadata, clock }: { storage: StorageAdapter; metadata: MetadataStore; clock: Clock },
  { filename, seed, sizeBytes }: { filename: string; seed: number; sizeBytes: number },
): Promise<string> {
  if (!storage.multipart) throw new Error('This storage takes no uploads in parts.')
  const bytes = contentOf(seed, sizeBytes)
  const { asset, blob } = records(storage.name, filename, clock.now())
  await metadata.commit([
    { op: 'insertAsset', asset },
    { op: 'insertBlob', blob },
  ])
  const { uploadId } = await storage.multipart.create(blob.key)
  const parts: PartInfo[] = []
  const partBytes = Math.ceil(sizeBytes / PARTS)
  for (let at = 0; at < sizeBytes; at += partBytes) {
    const part = { key: blob.key, uploadId, partNumber: parts.length + 1 }
    parts.push(await storage.multipart.putPart(part, bytes.subarray(at, at + partBytes)))
  }
  const info = await storage.multipart.complete({ key: blob.key, uploadId }, parts, { createOnly: true })
  const facts = { sizeBytes, sha256: sha256(bytes) }
  await metadata.commit([
    {
      op: 'updateAsset',
      id: asset.id,
      kind: asset.kind,
      guard: { states: ['uploading'], blobId: blob.id },
      set: { ...facts, state: 'ready' },
    },
    {
      op: 'updateBlob',
      id: blob.id,
      guard: { states: ['writing'], leaseToken: blob.leaseToken ?? '' },
      set: { ...facts, etag: info.etag, state: 'stored', leaseToken: null, dueAt: null, purgesLeft: 1 },
    },
    { op: 'addUsage', kind: asset.kind, space: '', bytes: sizeBytes, count: 1 },
  ])
  return asset.id
}

function records(storage: string, filename: string, now: number): { asset: AssetRecord; blob: BlobRecord } {
  const id = randomUUID()
  const blobId = randomUUID()
  const blob: BlobRecord = {
    id: blobId,
    assetId: id,
    kind: 'asset',
    storage,
    key: `parts/${id}`,
    state: 'writing',
    role: 'original',
    sourceId: null,
    scan: null,
    sizeBytes: null,
    sha256: null,
    etag: null,
    contentType: 'application/octet-stream',
    leaseToken: randomUUID(),
    dueAt: now + LEASE_MS,
    purgesLeft: 2,
    createdAt: now,
  }
  return { blob, asset: { ...EMPTY, id, filename, blobId, createdAt: now, updatedAt: now } }
}

const EMPTY: Omit<AssetRecord, 'id' | 'filename' | 'blobId' | 'createdAt' | 'updatedAt'> = {
  kind: 'asset',
  space: '',
  createdBy: 'alice',
  type: 'file',
  state: 'uploading',
  processing: 'none',
  processingError: null,
  processingProgress: null,
  visibility: 'private',
  title: null,
  description: null,
  slug: null,
  uniqueName: null,
  contentType: 'application/octet-stream',
  sizeBytes: null,
  sha256: null,
  width: null,
  height: null,
  properties: {},
  fields: {},
  metadata: {},
  tags: [],
  externalUrl: null,
  version: 0,
}
