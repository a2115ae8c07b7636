import { StowageError } from '../../contracts/errors.ts'
import { hex } from '../../crypto/random.ts'
import { randomKey } from '../../kinds/keys.ts'
import type { Kind } from '../../kinds/kind.ts'
import { orGivenBack } from '../admission/or-given-back.ts'
import { openRoom, type Room } from '../admission/room.ts'
import type { BeginUploadInput } from '../assets.ts'
import { newBlob, type WritingBlob } from '../blobs.ts'
import { type CheckedDetails, checkDetails, type Issue, invalid } from '../details.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { assertSlugFree } from '../slug-taken.ts'
import { asDirect, blobDueAt, type DirectUploadRecord, type DirectUploadView, PURPOSE, toData } from './direct-upload.ts'
import { endUpload } from './end.ts'
import { type Plan, planOf } from './methods.ts'
import { signedType, signWhole } from './sign.ts'

const SHA256 = /^[0-9a-f]{64}$/
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+[\x20-\x7e]*$/
const MAX_TYPE_CHARS = 255

/**
 * Prepares the storage to be sent a file by somebody else: rows first, then what the storage must know, then the signature. All that can be refused
 * without the bytes is refused here.
 */
export async function beginUpload(deps: ServiceDeps, scope: ServiceScope, input: BeginUploadInput): Promise<DirectUploadView> {
  const { kind, space } = scope
  checkFile(input)
  const plan = planOf(deps.storage, input.sizeBytes, input.method)
  checkSize(kind, deps.storage.capabilities.maxObjectBytes, input.sizeBytes)
  const details = checkDetails(kind, input, 'whole')
  await assertSlugFree(deps.metadata, { kind: kind.name, space: space?.id ?? '', slug: details.slug ?? null })
  const room = kind.quota ? await openRoom(deps, scope, { space: space?.id ?? '', count: 1, freeBytes: 0 }) : null
  const { upload, blob } = rowsOf(deps, scope, { input, plan, details, room })
  return orGivenBack(deps, [room], () => announce(deps, { upload, blob, room }))
}

function checkFile({ sizeBytes, sha256, contentType }: BeginUploadInput): void {
  const issues: Issue[] = []
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    issues.push({ pointer: '/sizeBytes', message: 'must be the size of the file in bytes' })
  }
  if (sha256 !== undefined && !(typeof sha256 === 'string' && SHA256.test(sha256))) {
    issues.push({ pointer: '/sha256', message: 'must be 64 lower-case hexadecimal digits' })
  }
  const isType = typeof contentType === 'string' && contentType.length <= MAX_TYPE_CHARS && MEDIA_TYPE.test(contentType)
  if (contentType !== undefined && !isType) issues.push({ pointer: '/contentType', message: 'must be a media type' })
  if (issues.length > 0) throw invalid(issues)
}

function checkSize({ limits }: Kind, maxObjectBytes: number, sizeBytes: number): void {
  const maxBytes = Math.min(limits.maxBytes, maxObjectBytes)
  if (sizeBytes > maxBytes) {
    const message = `The file is larger than the ${maxBytes} bytes allowed.`
    throw new StowageError('content_too_large', message, { details: { maxBytes } })
  }
  if (sizeBytes < limits.minBytes) throw invalid([{ pointer: '/sizeBytes', message: `must be at least ${limits.minBytes}` }])
}

interface Wanted {
  readonly input: BeginUploadInput
  readonly plan: Plan
  readonly details: CheckedDetails
  readonly room: Room | null
}

interface Rows {
  readonly upload: DirectUploadRecord
  readonly blob: WritingBlob
}

function rowsOf(deps: ServiceDeps, { kind, space, actor }: ServiceScope, wanted: Wanted): Rows {
  const { input, plan, details, room } = wanted
  const now = deps.clock.now()
  const isMultipart = plan.method === 'multipart'
  // What others write in one piece may change until it is verified: it lies apart from all that is served.
  const key = isMultipart ? randomKey(deps.random) : `staging/${randomKey(deps.random).replace('/', '')}`
  // Until the storage's own upload is known, which nobody was told of.
  const expiresAt = now + (isMultipart ? deps.timing.uploadLeaseMs : deps.timing.directMs)
  const blob = newBlob(deps, { id: '', kind: kind.name }, { key, contentType: null })
  const upload: DirectUploadRecord = {
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
      purpose: PURPOSE,
      phase: 'open',
      space: space?.id ?? '',
      createdBy: actor?.id ?? null,
      ...plan,
      storage: blob.storage,
      key,
      contentType: input.contentType ?? null,
      sizeBytes: input.sizeBytes,
      sha256: input.sha256 ?? null,
      details,
      hasRoom: room !== null,
      leaseUntil: null,
      assetId: null,
      failure: null,
    },
    createdAt: now,
  }
  return { upload, blob: { ...blob, dueAt: blobDueAt(deps, expiresAt) } }
}

async function announce(
  deps: ServiceDeps,
  { upload, blob, room }: Rows & { readonly room: Room | null },
): Promise<DirectUploadView> {
  try {
    await deps.metadata.commit([
      { op: 'insertBlob', blob },
      { op: 'insertUpload', upload: { ...upload, data: toData(upload.data) } },
      ...(room ? [room.keepUntil(upload.expiresAt, upload.data.sizeBytes)] : []),
    ])
    const begun = upload.data.method === 'multipart' ? await beginParts(deps, { upload, blob, room }) : upload
    return { upload: begun, request: await signWhole(deps, begun, blob.key), parts: [], asset: null }
  } catch (error) {
    await takeBack(deps, upload)
    throw error
  }
}

async function beginParts(
  deps: ServiceDeps,
  { upload, blob, room }: Rows & { readonly room: Room | null },
): Promise<DirectUploadRecord> {
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
async function takeBack(deps: ServiceDeps, { id }: DirectUploadRecord): Promise<void> {
  try {
    const found = await deps.metadata.getUpload(id)
    if (found) await endUpload(deps, asDirect(found))
  } catch (error) {
    deps.logger.warn('An upload that could not begin is left to the sweeper.', { upload: id, error })
  }
}
