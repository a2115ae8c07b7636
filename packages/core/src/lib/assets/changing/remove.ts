import type { AssetRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import { PURGE_JOB, purgeJob } from '../../lifecycle/purge.ts'
import type { WriteGuard } from '../interface/changing.ts'
import { assertIfMatch } from '../record.ts'
import type { Recheck, ServiceDeps } from '../service.ts'

const MAX_TRIES = 20

/** Makes an asset invisible at once, and has its objects and rows removed after that. */
export async function deleteAsset(
  deps: ServiceDeps,
  first: AssetRecord,
  options: { readonly guard: WriteGuard; readonly recheck: Recheck },
): Promise<void> {
  let record = first
  for (let tries = 1; ; tries += 1) {
    assertIfMatch(options.guard.ifMatch, record)
    try {
      await deps.metadata.commit(tombstone(deps, record))
      deps.emit('asset.deleted', record)
      deps.watchers.notify(record.id)
      deps.wakeJobs(PURGE_JOB)
      return
    } catch (error) {
      if (!isStowageError(error, 'conflict') || tries >= MAX_TRIES) throw error
      record = await options.recheck()
    }
  }
}

function tombstone(deps: ServiceDeps, record: AssetRecord): Change[] {
  const now = deps.clock.now()
  return [
    // The version pins the size that usage is given back.
    {
      op: 'updateAsset',
      id: record.id,
      kind: record.kind,
      guard: { states: ['ready'], version: record.version },
      set: { state: 'deleting', uniqueName: null, slug: null, updatedAt: now },
    },
    { op: 'updateBlobsOf', assetId: record.id, guard: { states: ['stored'] }, set: { state: 'condemned', dueAt: now } },
    // A replacement may still be writing: it loses its lease here, and its object is deleted a second time later.
    {
      op: 'updateBlobsOf',
      assetId: record.id,
      guard: { states: ['writing'] },
      set: { state: 'condemned', dueAt: now, leaseToken: null, purgesLeft: 2 },
    },
    { op: 'addUsage', kind: record.kind, space: record.space, bytes: -(record.sizeBytes ?? 0), count: -1 },
    { op: 'enqueueJob', job: purgeJob(deps, record, now) },
  ]
}
