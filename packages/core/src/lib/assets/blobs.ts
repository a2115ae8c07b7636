import type { Incoming } from '../bytes/incoming.ts'
import type { AssetRecord, BlobRecord } from '../contracts/asset.ts'
import { isStowageError } from '../contracts/errors.ts'
import type { Change } from '../contracts/metadata.ts'
import { hex } from '../crypto/random.ts'
import { type Admission, FREE } from './admission/admission.ts'
import type { ServiceDeps } from './service.ts'

/** A blob row whose object is being written. */
export interface WritingBlob extends BlobRecord {
  readonly state: 'writing'
  readonly leaseToken: string
  readonly dueAt: number
}

export function newBlob(
  deps: Pick<ServiceDeps, 'clock' | 'random' | 'storage' | 'timing'>,
  asset: Pick<AssetRecord, 'id' | 'kind'>,
  options: { readonly id?: string; readonly key: string; readonly contentType: string | null },
): WritingBlob {
  const now = deps.clock.now()
  return {
    ...options,
    id: options.id ?? hex(deps.random(16)),
    assetId: asset.id,
    kind: asset.kind,
    storage: deps.storage.name,
    state: 'writing',
    role: 'original',
    sourceId: null,
    scan: null,
    sizeBytes: null,
    sha256: null,
    etag: null,
    leaseToken: hex(deps.random(16)),
    dueAt: now + deps.timing.uploadLeaseMs,
    purgesLeft: 2,
    createdAt: now,
  }
}

/** The facts that make a written blob a stored one. */
export interface StoredFacts {
  readonly sizeBytes: number
  readonly sha256: string
  readonly etag: string
}

/**
 * Writes an announced blob's object, keeping its lease alive while bytes arrive.
 * @returns verified facts, once storage has acknowledged
 */
export async function writeObject(
  deps: ServiceDeps,
  { key, contentType }: { readonly key: string; readonly contentType: string | null },
  incoming: Incoming,
  signal: AbortSignal | undefined,
): Promise<StoredFacts> {
  const { capabilities } = deps.storage
  const put = deps.storage.put(key, incoming.body, {
    createOnly: capabilities.createOnly,
    ...(capabilities.attributes && contentType !== null ? { contentType } : {}),
    ...(incoming.knownBytes === undefined ? {} : { sizeBytes: incoming.knownBytes }),
    ...(incoming.disposableChunks ? { disposableChunks: true } : {}),
    ...(signal ? { signal } : {}),
  })
  const info = await put.catch(error => {
    // A storage may wrap what its source threw: the sender's fault must not look like the storage's.
    throw incoming.failure() ?? error
  })
  const { sizeBytes, sha256 } = incoming.result()
  if (info.sizeBytes !== sizeBytes) {
    throw new Error(`Storage ${deps.storage.name} acknowledged ${info.sizeBytes} bytes of ${sizeBytes} for ${key}.`)
  }
  return { sizeBytes, sha256, etag: info.etag }
}

/** Extends a lease, and what was admitted with it, when half of it has passed; called for every chunk, so it looks at the clock only. */
export function leaseKeeper(deps: ServiceDeps, blob: WritingBlob, admission: Pick<Admission, 'renewal'> = FREE): () => void {
  const { uploadLeaseMs } = deps.timing
  let renewAt = blob.dueAt - uploadLeaseMs / 2
  return () => {
    const now = deps.clock.now()
    if (now < renewAt) return
    renewAt = now + uploadLeaseMs / 2
    const renewal: Change = {
      op: 'updateBlob',
      id: blob.id,
      guard: { states: ['writing'], leaseToken: blob.leaseToken },
      set: { dueAt: now + uploadLeaseMs },
    }
    // A lost lease shows at the final commit, whose guard holds the same token.
    deps.metadata
      .commit([renewal, ...admission.renewal(now)])
      .catch(error => deps.logger.warn('An upload lease was not renewed.', { blob: blob.id, error }))
  }
}

/** @param asset whose bytes they are, where the row does not say so yet */
export function storeBlob(blob: WritingBlob, facts: StoredFacts, asset?: Pick<AssetRecord, 'id' | 'contentType'>): Change {
  const owner = asset ? { assetId: asset.id, contentType: asset.contentType } : {}
  return {
    op: 'updateBlob',
    id: blob.id,
    guard: { states: ['writing'], leaseToken: blob.leaseToken },
    set: { ...facts, ...owner, state: 'stored', leaseToken: null, dueAt: null, purgesLeft: 1 },
  }
}

/**
 * Takes back an attempt that failed: object first, then its row. What can't be taken back now is left to the sweeper.
 * @param failure why: where storage may still finish the write later, the row stays until a second purge
 */
export async function discardAttempt(deps: ServiceDeps, blob: WritingBlob, failure: unknown): Promise<void> {
  const lateWrite = isStowageError(failure, 'unavailable', 'timeout')
  try {
    // Nothing can lie under a key that storage has refused.
    const results = isStowageError(failure, 'invalid_key') ? [] : await deps.storage.delete([blob.key])
    const failed = results.find(result => result.error)
    if (failed || lateWrite) {
      await condemnAttempt(deps, blob)
      return
    }
    await deps.metadata.commit([{ op: 'deleteBlob', id: blob.id, guard: { states: ['writing', 'condemned'] } }])
  } catch (error) {
    deps.logger.warn('A failed upload is left to the sweeper.', { key: blob.key, error })
  }
}

/** Makes it certain that an attempt never becomes visible. @throws `conflict` when it already did */
export async function condemnAttempt(deps: ServiceDeps, blob: WritingBlob): Promise<void> {
  const condemned: Change = {
    op: 'updateBlob',
    id: blob.id,
    guard: { states: ['writing'], leaseToken: blob.leaseToken },
    set: { state: 'condemned', dueAt: deps.clock.now(), purgesLeft: 2, leaseToken: null },
  }
  await deps.metadata.commit([condemned])
}
