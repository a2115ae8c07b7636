import type { AssetRecord } from '../../contracts/asset.ts'
import { isStowageError, type StowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import { needsNoAsset } from '../../kinds/keys.ts'
import { FREE } from '../admission/admission.ts'
import { storeBlob } from '../blobs.ts'
import { checkAsset } from '../details/check.ts'
import { assertSlugFree } from '../details/slug-taken.ts'
import type { CompleteUploadInput } from '../interface/direct-uploads.ts'
import { publish } from '../making/publish.ts'
import { condemnedFragments } from '../resumable/fragments.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { arrivedObject, assertArrived } from './arrived.ts'
import { clearSource, condemnedSource } from './end.ts'
import { settleFailure } from './failure.ts'
import { handToJob } from './hand-over.ts'
import { type Held, holdUpload } from './lease.ts'
import { findUpload, type PendingUpload, type PendingUploadView, sourceOf, toData, whereBegun } from './pending-upload.ts'
import { failureOf, isRefusal, judging } from './refusal.ts'
import { type KnownFacts, type Verified, verifyUpload } from './verify.ts'
import { isUnderWay, seen, viewOf } from './view.ts'

/**
 * Makes the asset of an upload whose bytes have arrived, now or, where they are many, by a job. Whoever comes while that is under way is told so; whoever
 * comes after it gets the same asset.
 */
export async function completeUpload(
  service: ServiceDeps,
  scope: ServiceScope,
  id: string,
  input: CompleteUploadInput,
): Promise<PendingUploadView> {
  const upload = await findUpload(service, scope, id)
  const { phase } = upload.data
  if (phase === 'done' || isUnderWay(service, upload)) return seen(service, upload)
  if (phase === 'failed') throw failureOf(upload)
  const deps = whereBegun(service, upload)
  const source = await sourceOf(deps, upload)
  const refusal = await assertArrived(deps, upload, input).catch((error: unknown) => {
    if (isRefusal(error)) return error
    throw error
  })
  return completeArrived(deps, scope, { upload, source }, { ...input, ...(refusal && { refusal }) })
}

/** The same for one all of whose bytes are there, or that is refused for what is. */
export async function completeArrived(
  deps: ServiceDeps,
  scope: ServiceScope,
  { upload, source }: Pick<Held, 'upload' | 'source'>,
  { refusal, ...how }: HowToMake & { readonly refusal?: StowageError } = {},
): Promise<PendingUploadView> {
  try {
    const isRead = how.known === undefined || !needsNoAsset(scope.kind.keys ?? deps.defaultKeys)
    if (!refusal && isRead && upload.data.sizeBytes > deps.directUploads.verifyInJobBytes) {
      return viewOf(await handToJob(deps, upload, source))
    }
  } catch (error) {
    return raced(deps, scope, upload, error)
  }
  const held = await holdUpload(deps, upload, source).catch((error: unknown) => error as Error)
  if (held instanceof Error) return raced(deps, scope, upload, held)
  return finished(deps, held, () => (refusal ? Promise.reject(refusal) : makeAsset(deps, scope, held, how)))
}

/** Somebody else was faster: their result stands. */
async function raced(
  deps: ServiceDeps,
  scope: ServiceScope,
  { id, data }: PendingUpload,
  error: unknown,
): Promise<PendingUploadView> {
  if (!isStowageError(error, 'conflict')) throw error
  const upload = await findUpload(deps, scope, id, data.purpose)
  if (upload.data.phase === 'failed') throw failureOf(upload)
  if (upload.data.phase === 'open') throw error
  return seen(deps, upload)
}

async function finished(deps: ServiceDeps, held: Held, work: () => Promise<AssetRecord>): Promise<PendingUploadView> {
  try {
    const asset = await work()
    return { ...viewOf(doneUpload(held.upload, asset)), asset }
  } catch (error) {
    const asset = await settleFailure(deps, held, error, 'open')
    return { ...viewOf(doneUpload(held.upload, asset)), asset }
  } finally {
    held.release()
  }
}

interface HowToMake {
  readonly signal?: AbortSignal
  readonly known?: KnownFacts
}

/** All of the way from what arrived to the asset; whatever fails is for `settleFailure`. */
export async function makeAsset(
  deps: ServiceDeps,
  scope: ServiceScope,
  held: Held,
  { signal: stop, known }: HowToMake,
): Promise<AssetRecord> {
  const signal = stop ? AbortSignal.any([held.signal, stop]) : held.signal
  const object = await arrivedObject(deps, held.upload, signal)
  const { draft, blob, facts } = await verifyUpload(deps, { scope, held, object, signal, ...(known && { known }) })
  const { sizeBytes, sha256 } = facts
  const wanted = { ...draft, blobId: blob.id, sizeBytes, sha256 }
  return judging(async () => {
    await checkAsset(deps, scope.kind, wanted)
    await assertSlugFree(deps.metadata, wanted)
    const others = (ready: AssetRecord): readonly Change[] => settled(deps, held, { blob, facts }, ready)
    // Its room was granted when it began, and becomes usage as it is: nobody else's grows less by that.
    const asset = await publish(deps, scope.kind, wanted, { admission: FREE, others })
    if (held.upload.data.method !== 'multipart' || blob.id !== held.source.id) await clearSource(deps, held.upload)
    return asset
  })
}

/** Of the commit that makes the asset: the upload is done, and what was sent is no longer needed, unless it is what is served. */
function settled(
  deps: ServiceDeps,
  { upload, source }: Held,
  { blob, facts }: Pick<Verified, 'blob' | 'facts'>,
  ready: AssetRecord,
): readonly Change[] {
  const { id, leaseToken, data } = upload
  const done = doneUpload(upload, ready)
  return [
    {
      op: 'updateUpload',
      id,
      guard: { states: ['completing'], leaseToken },
      set: { leaseToken: null, data: toData(done.data) },
    },
    storeBlob(blob, facts, ready),
    ...(blob.id === source.id ? [] : [condemnedSource(deps, data.method, source)]),
    // Those of a writer that was fenced off.
    ...condemnedFragments(deps, upload),
    ...(data.hasRoom ? [{ op: 'releaseUsage', id } as const] : []),
  ]
}

function doneUpload(upload: PendingUpload, { id }: AssetRecord): PendingUpload {
  return { ...upload, leaseToken: null, data: { ...upload.data, phase: 'done', assetId: id, leaseUntil: null } }
}
