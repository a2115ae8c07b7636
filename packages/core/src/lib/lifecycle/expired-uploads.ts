import { expireUpload } from '../assets/completion/end.ts'
import { asPending, isPending } from '../assets/completion/pending-upload.ts'
import { isStowageError } from '../contracts/errors.ts'
import type { Change, UploadRecord } from '../contracts/metadata.ts'
import type { MaintenanceDeps } from './audit/audit-run.ts'
import { purgeUpload } from './purge.ts'

/**
 * Removes an upload that nobody made an asset of in time, with its object. Whoever uses it at the same moment wins or loses the whole of it.
 * @returns how many objects were due
 */
export async function removeExpiredUpload(deps: MaintenanceDeps, upload: UploadRecord): Promise<number> {
  if (isPending(upload)) {
    await expireUpload(deps, asPending(upload))
    return 0
  }
  const { id, blobId } = upload
  const removed: Change = { op: 'deleteUpload', id, guard: { states: ['open'] } }
  const condemned: Change = {
    op: 'updateBlob',
    id: blobId,
    guard: { states: ['writing'] },
    // Nobody writes it any more: one purge is enough.
    set: { state: 'condemned', leaseToken: null, dueAt: deps.clock.now(), purgesLeft: 1 },
  }
  // The object may have been given up by itself; its row then goes its own way.
  if (!(await wonBy(deps, [removed, condemned]))) await wonBy(deps, [removed])
  return (await purgeUpload(deps, blobId)).objects
}

async function wonBy(deps: MaintenanceDeps, changes: readonly Change[]): Promise<boolean> {
  try {
    await deps.metadata.commit(changes)
    return true
  } catch (error) {
    if (isStowageError(error, 'conflict')) return false
    throw error
  }
}
