import type { Incoming } from '../../bytes/incoming.ts'
import type { AssetRecord } from '../../contracts/asset.ts'
import { needsNoAsset } from '../../kinds/keys.ts'
import type { Admission } from '../admission/admission.ts'
import { admitted } from '../admission/admitted.ts'
import { askedByUpload, uploadFingerprint } from '../admission/asked-upload.ts'
import { keepAnnounced, openBody } from '../admission/body.ts'
import {
  condemnAttempt,
  discardAttempt,
  leaseKeeper,
  newBlob,
  type StoredFacts,
  storeBlob,
  type WritingBlob,
  writeObject,
} from '../blobs.ts'
import { checkAsset } from '../details/check.ts'
import { checkDetails } from '../details/details.ts'
import { assertSlugFree } from '../details/slug-taken.ts'
import type { AssetDetails } from '../interface/asset.ts'
import type { UploadInput } from '../interface/making.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { newDraft } from './draft.ts'
import { firstPlace, moveToPlace } from './place.ts'
import { publish } from './publish.ts'
import { recognise } from './recognise.ts'

/** An upload on its way: the asset as it will be, and the row of its bytes. */
interface Attempt {
  readonly draft: AssetRecord
  readonly blob: WritingBlob
  readonly admission: Admission
}

/** An upload whose name may depend on what its bytes turn out to be. */
export interface NamedByType extends UploadInput {
  /** Names the file where no `filename` does. */
  readonly nameOf?: (contentType: string) => string
}

/**
 * Takes a file in: looks at its beginning, announces its object, writes it, and makes the asset visible, in this order; whatever fails
 * takes back what was done before.
 */
export function uploadAsset(deps: ServiceDeps, scope: ServiceScope, input: NamedByType): Promise<AssetRecord> {
  const request = { idempotencyKey: input.idempotencyKey, asked: () => askedByUpload(scope, input) }
  return admitted(deps, scope, request, admission => {
    const { room } = admission
    if (room === null) return takeIn(deps, scope, input, admission)
    return keepAnnounced(scope.kind, room, input).then(() => takeIn(deps, scope, input, admission))
  })
}

/** The same for what was admitted already. */
export async function takeIn(
  deps: ServiceDeps,
  scope: ServiceScope,
  input: NamedByType,
  admission: Admission,
): Promise<AssetRecord> {
  const details = checkDetails(scope.kind, input, input.late ? 'part' : 'whole')
  let keepLease: (() => void) | undefined
  const incoming = await openBody(scope.kind, input, admission.room, bytes => {
    keepLease?.()
    input.onProgress?.(bytes)
  })
  try {
    const seen = await recognise(deps, scope.kind, incoming, input.contentType)
    const filename = details.filename ?? input.nameOf?.(seen.contentType)
    const draft = await newDraft(deps, scope, { ...details, ...(filename !== undefined && { filename }) }, seen)
    // With details still to come, it is asked once they are there.
    if (!input.late) await checkAsset(deps, scope.kind, draft)
    await assertSlugFree(deps.metadata, draft)
    return await announced(deps, scope, draft, async blob => {
      keepLease = leaseKeeper(deps, blob, admission)
      return receive(deps, scope, input, incoming, { draft: { ...draft, blobId: blob.id }, blob, admission })
    })
  } finally {
    await incoming.close()
  }
}

/** Commits the row of the object before any byte is written. */
async function announced<T>(
  deps: ServiceDeps,
  { kind }: ServiceScope,
  draft: AssetRecord,
  use: (blob: WritingBlob) => Promise<T>,
): Promise<T> {
  const keys = kind.keys ?? deps.defaultKeys
  if (!needsNoAsset(keys)) {
    const key = firstPlace(deps, kind, draft)
    const blob = newBlob(deps, { id: '', kind: kind.name }, { key, contentType: draft.contentType })
    await deps.metadata.commit([{ op: 'insertBlob', blob }])
    return use(blob)
  }
  try {
    return await use(await deps.announcements.take(kind.name))
  } finally {
    deps.announcements.done()
  }
}

async function receive(
  deps: ServiceDeps,
  scope: ServiceScope,
  input: UploadInput,
  incoming: Incoming,
  attempt: Attempt,
): Promise<AssetRecord> {
  const { facts: stored, changes } = await write(deps, scope, input, incoming, attempt)
  const wanted = { ...attempt.draft, ...changes }
  const { blob, facts } = await moveToPlace(deps, scope.kind, wanted, { ...attempt, facts: stored, signal: input.signal })
  const placed = { ...attempt, blob, draft: { ...attempt.draft, blobId: blob.id } }
  try {
    return await publishUpload(deps, scope, placed, { facts, changes })
  } catch (error) {
    return await settleFailedPublish(deps, placed, error)
  }
}

interface Written {
  readonly facts: StoredFacts
  readonly changes: Partial<AssetRecord>
}

async function write(
  deps: ServiceDeps,
  scope: ServiceScope,
  input: UploadInput,
  incoming: Incoming,
  attempt: Attempt,
): Promise<Written> {
  try {
    const { key } = attempt.blob
    const facts = await writeObject(deps, { key, contentType: attempt.draft.contentType }, incoming, input.signal)
    const { sizeBytes, sha256 } = facts
    const late = input.late ? await input.late() : undefined
    attempt.admission.identify(() => uploadFingerprint(input, late, sha256))
    if (!late) return { facts, changes: {} }
    const changes = lateChanges(scope, input, late, attempt.draft)
    await checkAsset(deps, scope.kind, { ...attempt.draft, ...changes, sizeBytes, sha256 })
    return { facts, changes }
  } catch (error) {
    await discardAttempt(deps, attempt.blob, error)
    throw error
  }
}

/** The commit may have taken place although it failed: the object is only given up once the row can't become ready any more. */
async function settleFailedPublish(deps: ServiceDeps, { draft, blob }: Attempt, failure: unknown): Promise<AssetRecord> {
  try {
    await condemnAttempt(deps, blob)
  } catch (error) {
    const found = await deps.metadata.getAsset({ kind: draft.kind, id: draft.id }).catch(() => null)
    if (found?.blobId === blob.id) return found
    deps.logger.warn('A failed upload is left to the sweeper.', { asset: draft.id, key: blob.key, error })
    throw failure
  }
  await discardAttempt(deps, blob, failure)
  throw failure
}

function publishUpload(
  deps: ServiceDeps,
  { kind }: ServiceScope,
  { draft, blob, admission }: Attempt,
  { facts, changes }: Written,
): Promise<AssetRecord> {
  const { sizeBytes, sha256 } = facts
  const wanted: AssetRecord = { ...draft, ...changes, sizeBytes, sha256, updatedAt: deps.clock.now() }
  return publish(deps, kind, wanted, { admission, others: ready => [storeBlob(blob, facts, ready)] })
}

/** What arrived behind the file, checked together with what came before it. */
function lateChanges(scope: ServiceScope, early: AssetDetails, late: AssetDetails, record: AssetRecord): Partial<AssetRecord> {
  const fields = early.fields || late.fields ? { fields: { ...early.fields, ...late.fields } } : {}
  const { filename, ...checked } = checkDetails(scope.kind, { ...early, ...late, ...fields }, 'whole')
  const renamed = late.filename !== undefined && filename !== undefined && filename !== record.filename
  if (!renamed) return checked
  return { ...checked, filename, uniqueName: scope.kind.filenames === 'unique' ? filename : null }
}
