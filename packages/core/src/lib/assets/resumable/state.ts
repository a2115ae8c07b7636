import { isStowageError } from '../../contracts/errors.ts'
import { type PendingUploadView, toData, whereBegun } from '../completion/pending-upload.ts'
import { adopted, isUnderWay, seen, viewOf } from '../completion/view.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { findResumable, isWhole } from './find.ts'
import { type ResumableRecord, withoutNumber } from './received.ts'

const MAX_TRIES = 5

/** How far an upload is. Whoever is writing it goes on. */
export async function readResumable(deps: ServiceDeps, scope: ServiceScope, id: string): Promise<PendingUploadView> {
  return settled(deps, scope, await findResumable(deps, scope, id))
}

/**
 * Where the next bytes have to begin: nobody moves that any more but whoever asked. A request that is still sending is stopped; what it brought is kept.
 * @throws StowageError `conflict` where others take over all the time
 */
export async function resumableOffset(deps: ServiceDeps, scope: ServiceScope, id: string): Promise<PendingUploadView> {
  for (let tries = 1; ; tries += 1) {
    // Before anything is stopped: is it theirs?
    await findResumable(deps, scope, id)
    await deps.resumable.writers.stop(id)
    const upload = await findResumable(deps, scope, id)
    if (upload.data.phase !== 'open' || upload.leaseToken === null) return settled(deps, scope, upload)
    try {
      return await settled(deps, scope, await fencedOff(deps, upload))
    } catch (error) {
      if (!isStowageError(error, 'conflict') || tries >= MAX_TRIES) throw error
    }
  }
}

/** Takes the right to write from a process that may be gone, or may only be slow. */
async function fencedOff({ metadata }: ServiceDeps, upload: ResumableRecord): Promise<ResumableRecord> {
  const { id, leaseToken, offsetBytes, data } = upload
  const next = { ...upload, leaseToken: null, data: { ...data, received: withoutNumber(data.received) } }
  await metadata.commit([
    {
      op: 'updateUpload',
      id,
      guard: { states: ['open'], leaseToken, offsetBytes },
      set: { leaseToken: null, data: toData(next.data) },
    },
  ])
  return next
}

/** As it is; one that is whole, and that nobody completes any more, is left to a job. */
export async function settled(deps: ServiceDeps, scope: ServiceScope, upload: ResumableRecord): Promise<PendingUploadView> {
  const { phase } = upload.data
  const isLeft =
    phase === 'open' ? isWhole(upload) && upload.leaseToken === null : phase === 'verifying' && !isUnderWay(deps, upload)
  if (!isLeft) return seen(deps, upload)
  return viewOf(await adopted(whereBegun(deps, upload), scope, upload))
}
