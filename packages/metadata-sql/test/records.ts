import type { AssetRecord, Change, JobRecord, KindSchema } from '@stowage/core/contracts'

export const KINDS: readonly KindSchema[] = [{ name: 'file', fields: [{ name: 'part', type: 'string', indexed: true }] }]

export function asset(id: string, given: Partial<AssetRecord> = {}): AssetRecord {
  return {
    id,
    kind: 'file',
    space: '',
    createdBy: null,
    type: 'file',
    state: 'ready',
    processing: 'none',
    processingError: null,
    processingProgress: null,
    visibility: 'private',
    title: null,
    description: null,
    slug: null,
    filename: null,
    uniqueName: null,
    contentType: null,
    sizeBytes: null,
    sha256: null,
    width: null,
    height: null,
    properties: {},
    fields: {},
    metadata: {},
    tags: [],
    externalUrl: null,
    blobId: null,
    version: 1,
    createdAt: 1_700_000_000_000,
    updatedAt: 1_700_000_000_000,
    ...given,
  }
}

export const insert = (id: string, given: Partial<AssetRecord> = {}): Change => ({ op: 'insertAsset', asset: asset(id, given) })

export function job(id: string, given: Partial<JobRecord> = {}): JobRecord {
  return {
    id,
    type: 'purge',
    payload: {},
    state: 'queued',
    attempts: 0,
    maxAttempts: 3,
    runAt: 0,
    leaseToken: null,
    leaseUntil: null,
    lastError: null,
    createdAt: 0,
    ...given,
  }
}
