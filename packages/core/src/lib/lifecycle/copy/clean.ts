import type { BlobRecord } from '../../contracts/asset.ts'
import type { AssetSummary } from '../../contracts/scan.ts'
import { purgeUpload } from '../purge.ts'
import { wonBy } from './claim.ts'
import { add, type CopyRun, idOfCopied, isCopy, nothing, PAGE, progressed } from './copy-run.ts'
import { rowsIn } from './rows.ts'

/** Removes copies of what was deleted or replaced: a service that does not know the other storage could not. */
export async function cleanUp(run: CopyRun): Promise<void> {
  run.done = nothing()
  for await (const { blob, asset } of rowsIn(run, run.to)) {
    if (!isCopy(blob)) continue
    if (blob.state === 'condemned') await remove(run, blob)
    else if (!(await isWanted(run, blob, asset)) && (await condemned(run, blob))) await remove(run, blob)
    add(run.done, blob)
    if (run.done.objects % PAGE === 0) progressed(run, 'clean')
  }
}

async function isWanted({ deps }: CopyRun, copy: BlobRecord, asset: AssetSummary | null): Promise<boolean> {
  if (asset?.state !== 'ready' || asset.blobId !== copy.sourceId) return false
  const id = idOfCopied(copy)
  return id === copy.sourceId || (await deps.metadata.getBlob(id))?.state === 'stored'
}

function condemned(run: CopyRun, { id, state, leaseToken }: BlobRecord): Promise<boolean> {
  const guard = { states: [state], ...(leaseToken !== null && { leaseToken }) }
  const set = { state: 'condemned', leaseToken: null, dueAt: run.deps.clock.now() } as const
  return wonBy(run, [{ op: 'updateBlob', id, guard, set }])
}

async function remove(run: CopyRun, { id }: BlobRecord): Promise<void> {
  run.removed += (await purgeUpload(run.deps, id)).objects
}
