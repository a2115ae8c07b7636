import type { AssetRecord, BlobRecord } from '../../contracts/asset.ts'
import { StowageError, type StowageErrorCode } from '../../contracts/errors.ts'
import type { JsonObject } from '../../contracts/json.ts'
import type { UploadRecord } from '../../contracts/metadata.ts'
import type { PartInfo, PresignedRequest } from '../../contracts/storage.ts'
import { allStorages, storageOf } from '../../storage/storage-of.ts'
import type { WritingBlob } from '../blobs.ts'
import type { CheckedDetails } from '../details/details.ts'
import type { DirectMethod } from '../interface/direct-uploads.ts'
import type { Received } from '../resumable/received.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'

/** Who writes the bytes: the sender, to the storage itself, or we, as they come in requests that go on where the one before ended. */
export type Purpose = 'direct' | 'resumable'

const ID = /^[0-9a-f]{32}$/

/**
 * How far it is. `failed` and `done` stay until they expire, so that whoever asks is told; `ended` is a tombstone, of which only parts that may still
 * arrive are left to remove.
 */
export type Phase = 'open' | 'verifying' | 'done' | 'failed' | 'ended'

/** What the row of a direct or resumable upload says besides its columns. */
export interface PendingData {
  readonly purpose: Purpose
  readonly phase: Phase
  readonly space: string
  readonly createdBy: string | null
  readonly method: DirectMethod
  /** Where its sender writes: the row of that object may go before this one. */
  readonly storage: string
  readonly key: string
  /** As declared. */
  readonly contentType: string | null
  /** 0 while that of a resumable upload is not known. */
  readonly sizeBytes: number
  readonly sha256: string | null
  readonly partBytes: number | null
  readonly partCount: number | null
  readonly details: CheckedDetails
  /** Whether room is kept for it, under its id. */
  readonly hasRoom: boolean
  /** While `verifying`: when whoever does it has lost it; null where a job has it. */
  readonly leaseUntil: number | null
  readonly assetId: string | null
  /** Of a resumable upload. */
  readonly received?: Received
  readonly failure: { readonly code: StowageErrorCode; readonly message: string; readonly details: JsonObject } | null
}

export interface PendingUpload extends Omit<UploadRecord, 'data'> {
  readonly data: PendingData
}

/** An upload and what the service learnt of it for whoever asked. */
export interface PendingUploadView {
  readonly upload: PendingUpload
  readonly request: PresignedRequest | null
  readonly parts: readonly PartInfo[]
  readonly asset: AssetRecord | null
}

export function toData(data: PendingData): JsonObject {
  return data as unknown as JsonObject
}

/** Whether it is one that is completed: not so a staged file. */
export function isPending(upload: UploadRecord): boolean {
  return upload.data.purpose === 'direct' || upload.data.purpose === 'resumable'
}

export function asPending(upload: UploadRecord): PendingUpload {
  return upload as unknown as PendingUpload
}

/**
 * Finds an upload that this actor began in this kind and space.
 * @throws StowageError `not_found`, in the same words whatever is wrong with it
 */
export async function findUpload(
  deps: ServiceDeps,
  scope: ServiceScope,
  id: unknown,
  purpose: Purpose = 'direct',
): Promise<PendingUpload> {
  const found = typeof id === 'string' && ID.test(id) ? await deps.metadata.getUpload(id) : null
  if (found?.data.purpose !== purpose || found.kind !== scope.kind.name) throw noSuchUpload()
  const upload = asPending(found)
  const { space, createdBy, phase } = upload.data
  if (space !== (scope.space?.id ?? '') || createdBy !== (scope.actor?.id ?? null)) throw noSuchUpload()
  if (phase === 'ended' || upload.expiresAt <= deps.clock.now()) throw noSuchUpload()
  return upload
}

/**
 * The service as it works for this upload: on the storage that it was begun on, wherever new objects go by now.
 * @throws StowageError `unavailable` where that storage is not in use here
 */
export function whereBegun(deps: ServiceDeps, { data }: PendingUpload): ServiceDeps {
  const storage = storageOf(deps, data)
  if (storage === deps.storage) return deps
  return { ...deps, storage, otherStorages: allStorages(deps).filter(other => other !== storage) }
}

/** The row of the object that the sender writes. @throws StowageError `not_found` where it was given up by itself */
export async function sourceOf({ metadata }: Pick<ServiceDeps, 'metadata'>, upload: PendingUpload): Promise<WritingBlob> {
  const blob = await metadata.getBlob(upload.blobId)
  if (blob && isWriting(blob)) return blob
  throw noSuchUpload()
}

export function isWriting(blob: BlobRecord): blob is WritingBlob {
  return blob.state === 'writing' && blob.leaseToken !== null && blob.dueAt !== null
}

/** The sweeper takes an upload as a whole: its object by itself only where its row is gone. */
export function blobDueAt({ timing }: Pick<ServiceDeps, 'timing'>, expiresAt: number): number {
  return expiresAt + timing.uploadLeaseMs
}

function noSuchUpload(): StowageError {
  return new StowageError('not_found', 'There is no such upload: it has ended, has expired, or was never yours. Begin another.')
}
