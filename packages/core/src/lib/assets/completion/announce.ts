import { StowageError } from '../../contracts/errors.ts'
import { hex } from '../../crypto/random.ts'
import { randomKey } from '../../kinds/keys.ts'
import type { Room } from '../admission/room.ts'
import { newBlob, type WritingBlob } from '../blobs.ts'
import type { CheckedDetails } from '../details/details.ts'
import type { Plan } from '../direct/methods.ts'
import { signedType } from '../direct/sign.ts'
import type { BeginUploadInput } from '../interface/direct-uploads.ts'
import type { Received } from '../resumable/received.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { endUpload } from './end.ts'
import { asPending, blobDueAt, type PendingUpload, type Purpose, toData } from './pending-upload.ts'

/** What is to be sent, checked. */
export interface Wanted {
  readonly purpose: Purpose
  readonly input: Pick<BeginUploadInput, 'contentType' | 'sha256'> & { readonly sizeBytes: number | null }
  readonly plan: Plan
  /** Of a resumable one. */
  readonly received?: Received
  readonly details: CheckedDetails
  readonly room: Room | null
}

/**
 * Rows first, then what the storage must know.
 * @param then what else must succeed, or all of it is taken back
 */
export async function announceUpload<T>(
  deps: ServiceDeps,
  scope: ServiceScope,
  wanted: Wanted,
  then: (upload: PendingUpload, key: string) => Promise<T>,
): Promise<T> {
  const { room } = wanted
  const { upload, blob } = rowsOf(deps, scope, wanted)
  try {
    await deps.metadata.commit([
      { op: 'insertBlob', blob },
      { op: 'insertUpload', upload: { ...upload, data: toData(upload.data) } },
      ...(room ? [room.keepUntil(upload.expiresAt, upload.data.sizeBytes)] : []),
    ])
    const begun = upload.data.method === 'multipart' ? await beginParts(deps, { upload, blob, room }) : upload
    return await then(begun, blob.key)
  } catch (error) {
    await takeBack(deps, upload)
    throw error
  }
}

interface Rows {
  readonly upload: PendingUpload
  readonly blob: WritingBlob
}

function rowsOf(deps: ServiceDeps, { kind, space, actor }: ServiceScope, wanted: Wanted): Rows {
  const { purpose, input, plan, details, room, received } = wanted
  const now = deps.clock.now()
  const isMultipart = plan.method === 'multipart'
  // What others write in one piece may change until it is verified: it lies apart from all that is served.
  const key = isMultipart ? randomKey(deps.random) : `staging/${randomKey(deps.random).replace('/', '')}`
  // Until the storage's own upload is known, which nobody was told of.
  const expiresAt = now + (isMultipart ? deps.timing.uploadLeaseMs : deps.timing.directMs)
  const blob = newBlob(deps, { id: '', kind: kind.name }, { key, contentType: null })
  const upload: PendingUpload = {
    id: room?.id ?? hex(deps.random(16)),
    assetId: '',
    blobId: blob.id,
    kind: kind.name,
    state: 'open',
    storageUploadId: null,
    offsetBytes: 0,
    declaredBytes: input.sizeBytes,
    leaseToken: null,
    expiresAt,
    data: {
      purpose,
      phase: 'open',
      space: space?.id ?? '',
      createdBy: actor?.id ?? null,
      ...plan,
      storage: blob.storage,
      key,
      contentType: input.contentType ?? null,
      sizeBytes: input.sizeBytes ?? 0,
      sha256: input.sha256 ?? null,
      details,
      hasRoom: room !== null,
      leaseUntil: null,
      assetId: null,
      ...(received && { received }),
      failure: null,
    },
    createdAt: now,
  }
  return { upload, blob: { ...blob, dueAt: blobDueAt(deps, expiresAt) } }
}

async function beginParts(
  deps: ServiceDeps,
  { upload, blob, room }: Rows & { readonly room: Room | null },
): Promise<PendingUpload> {
  const created = await deps.storage.multipart?.create(blob.key, signedType(deps.storage.capabilities, upload))
  if (!created) throw new StowageError('unsupported', `Storage ${deps.storage.name} takes no files in parts.`)
  const expiresAt = upload.createdAt + deps.timing.directMs
  const guard = { states: ['open'], leaseToken: null } as const
  await deps.metadata.commit([
    { op: 'updateUpload', id: upload.id, guard, set: { storageUploadId: created.uploadId, expiresAt } },
    {
      op: 'updateBlob',
      id: blob.id,
      guard: { states: ['writing'], leaseToken: blob.leaseToken },
      set: { dueAt: blobDueAt(deps, expiresAt) },
    },
    ...(room ? [room.keepUntil(expiresAt, upload.data.sizeBytes)] : []),
  ])
  return { ...upload, storageUploadId: created.uploadId, expiresAt }
}

/** Whatever of it there is. What can't be taken back now goes when it expires. */
async function takeBack(deps: ServiceDeps, { id }: PendingUpload): Promise<void> {
  try {
    const found = await deps.metadata.getUpload(id)
    if (found) await endUpload(deps, asPending(found))
  } catch (error) {
    deps.logger.warn('An upload that could not begin is left to the sweeper.', { upload: id, error })
  }
}
