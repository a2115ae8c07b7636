import { isStowageError, StowageError } from '../../contracts/errors.ts'
import { partsOf, signWhole } from '../direct/sign.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { handToJob } from './hand-over.ts'
import { findUpload, type PendingUpload, type PendingUploadView, sourceOf, whereBegun } from './pending-upload.ts'

export function viewOf(upload: PendingUpload): PendingUploadView {
  return { upload, request: null, parts: [], asset: null }
}

/** Whether somebody is at work on its completion, or a job will be. */
export function isUnderWay({ clock }: Pick<ServiceDeps, 'clock'>, { data }: PendingUpload): boolean {
  return data.phase === 'verifying' && (data.leaseUntil === null || data.leaseUntil > clock.now())
}

/** With the asset that was made of it. @throws StowageError `not_found` where that was deleted since */
export async function seen(deps: ServiceDeps, upload: PendingUpload): Promise<PendingUploadView> {
  if (upload.data.assetId === null) return viewOf(upload)
  const asset = await deps.metadata.getAsset({ kind: upload.kind, id: upload.data.assetId })
  if (asset) return { ...viewOf(upload), asset }
  throw new StowageError('not_found', 'What this upload made has been deleted since.')
}

/** An upload as it stands; while it is open, with what its sender needs to go on. */
export async function readUpload(deps: ServiceDeps, scope: ServiceScope, id: string): Promise<PendingUploadView> {
  const upload = await findUpload(deps, scope, id)
  const { phase, key } = upload.data
  if (phase === 'open') {
    const begun = whereBegun(deps, upload)
    const request = await signWhole(begun, upload, key)
    try {
      return { ...viewOf(upload), request, parts: await partsOf(begun, upload) }
    } catch (error) {
      return withoutParts(deps, scope, { id, error })
    }
  }
  if (phase === 'verifying' && !isUnderWay(deps, upload)) return viewOf(await adopted(deps, scope, upload))
  return seen(deps, upload)
}

/** Its parts may have been joined, or removed, in this moment. @throws `error` where neither is so */
async function withoutParts(
  deps: ServiceDeps,
  scope: ServiceScope,
  { id, error }: { readonly id: string; readonly error: unknown },
): Promise<PendingUploadView> {
  if (!isStowageError(error, 'not_found')) throw error
  const upload = await findUpload(deps, scope, id)
  if (upload.data.phase === 'open') throw error
  return seen(deps, upload)
}

/** Whoever completed it died on the way: a job goes on. */
export async function adopted(deps: ServiceDeps, scope: ServiceScope, upload: PendingUpload): Promise<PendingUpload> {
  try {
    return await handToJob(deps, upload, await sourceOf(deps, upload))
  } catch (error) {
    if (isStowageError(error, 'conflict')) return findUpload(deps, scope, upload.id, upload.data.purpose)
    throw error
  }
}
