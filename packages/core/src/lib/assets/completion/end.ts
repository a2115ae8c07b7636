import { isStowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import type { MaintenanceDeps } from '../../lifecycle/audit/audit-run.ts'
import { storageOf } from '../../storage/storage-of.ts'
import type { WritingBlob } from '../blobs.ts'
import { condemnedFragments } from '../resumable/fragments.ts'
import { fragmentsOf } from '../resumable/received.ts'
import { asPending, isWriting, type PendingUpload, toData } from './pending-upload.ts'

const MAX_TRIES = 5

/**
 * Ends an upload that came to no asset, whatever is under way on it: whoever completes it at the same moment wins or loses the whole of it. Its object and
 * its parts are removed at once, and again once nobody can be writing them.
 * @param applies asked of the row as it is by then
 * @returns false where it was completed, or does not apply
 */
export async function endUpload(
  deps: MaintenanceDeps,
  upload: PendingUpload,
  applies: (upload: PendingUpload) => boolean = () => true,
): Promise<boolean> {
  let current = upload
  for (let tries = 1; current.data.phase !== 'done' && applies(current); tries += 1) {
    try {
      await deps.metadata.commit(await changesThatEnd(deps, current))
      await clearSource(deps, current)
      return true
    } catch (error) {
      if (!isStowageError(error, 'conflict') || tries >= MAX_TRIES) throw error
    }
    const found = await deps.metadata.getUpload(upload.id)
    if (!found) return true
    current = asPending(found)
  }
  return false
}

async function changesThatEnd(deps: MaintenanceDeps, upload: PendingUpload): Promise<readonly Change[]> {
  const { id, state, leaseToken, offsetBytes, data } = upload
  // One that has come further since has not expired.
  const guard = { states: [state], leaseToken, offsetBytes }
  const blob = await deps.metadata.getBlob(upload.blobId)
  const expiresAt = deps.clock.now() + deps.timing.lateWriterMs
  const set = { state: 'completing', leaseToken: null, expiresAt, data: toData({ ...data, phase: 'ended' }) } as const
  return [
    // Parts that are on their way may arrive behind the removal of the others: they are removed twice, by this row.
    { op: 'updateUpload', id, guard, set },
    ...(data.method === 'multipart' ? [] : [{ op: 'deleteUpload', id, guard: { states: ['completing'] } } as const]),
    ...(blob && isWriting(blob) ? [condemnedSource(deps, data.method, blob)] : []),
    ...condemnedFragments(deps, upload),
    ...(data.hasRoom ? [{ op: 'releaseUsage', id } as const] : []),
  ]
}

/** Of the commit after which nobody needs what the sender wrote. While URLs live that still write it, its row stays. */
export function condemnedSource(
  { clock, timing }: Pick<MaintenanceDeps, 'clock' | 'timing'>,
  method: PendingUpload['data']['method'],
  { id, leaseToken }: WritingBlob,
): Change {
  const writtenUntil = method === 'multipart' ? 0 : timing.directUrlMs
  return {
    op: 'updateBlob',
    id,
    guard: { states: ['writing'], leaseToken },
    set: { state: 'condemned', leaseToken: null, dueAt: clock.now() + writtenUntil, purgesLeft: 2 },
  }
}

/** Removes at once what a later pass removes for sure. */
export async function clearSource(deps: MaintenanceDeps, upload: PendingUpload): Promise<void> {
  const { key, method, received } = upload.data
  const fragments = received ? fragmentsOf(received) : []
  try {
    if (method === 'multipart') await abortParts(deps, upload)
    await storageOf(deps, upload.data).delete([key, ...fragments.map(fragment => fragment.key)])
  } catch (error) {
    deps.logger.debug('What an upload leaves behind is left to the sweeper.', { upload: upload.id, key, error })
  }
}

/** Removes an upload whose time is over: by the sweeper. */
export async function expireUpload(deps: MaintenanceDeps, upload: PendingUpload): Promise<void> {
  const { phase, method } = upload.data
  if (phase === 'open' || phase === 'verifying') {
    const now = deps.clock.now()
    if (await endUpload(deps, upload, ({ expiresAt, data }) => expiresAt <= now && data.phase !== 'ended')) return
    return
  }
  if (method === 'multipart' && phase !== 'done') await abortParts(deps, upload)
  await unlessLost(deps.metadata.commit([{ op: 'deleteUpload', id: upload.id, guard: { states: ['completing'] } }]))
}

/** Where the storage's own id was never written down, whatever it has under the key. */
async function abortParts(deps: MaintenanceDeps, { storageUploadId, data }: PendingUpload): Promise<void> {
  const { key } = data
  const storage = storageOf(deps, data)
  if (storageUploadId !== null) {
    await storage.multipart?.abort(key, storageUploadId)
    return
  }
  if (!storage.unfinished) return
  for await (const write of storage.unfinished.list()) {
    if (write.type === 'multipart' && write.key === key) await storage.unfinished.remove(write)
  }
}

async function unlessLost(commit: Promise<void>): Promise<void> {
  try {
    await commit
  } catch (error) {
    if (!isStowageError(error, 'conflict')) throw error
  }
}
