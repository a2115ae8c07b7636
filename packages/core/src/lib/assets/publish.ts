import type { AssetRecord } from '../contracts/asset.ts'
import { isStowageError } from '../contracts/errors.ts'
import type { Change } from '../contracts/metadata.ts'
import { hex } from '../crypto/random.ts'
import { suffixFilename } from '../kinds/filename.ts'
import { PROCESS_LANE, processChanges } from '../processing/job.ts'
import type { ServiceDeps } from './service.ts'

const MAX_NAME_TRIES = 5

/**
 * One commit makes the asset and the space's usage what they are. A name that is taken is tried again under another.
 * @param others what else that commit does, of the asset under the name that is tried
 */
export async function publish(
  deps: ServiceDeps,
  wanted: AssetRecord,
  others: (ready: AssetRecord) => readonly Change[],
): Promise<AssetRecord> {
  let ready = wanted
  for (let tries = 1; ; tries += 1) {
    const batch: Change[] = [
      { op: 'insertAsset', asset: ready },
      ...others(ready),
      { op: 'addUsage', kind: ready.kind, space: ready.space, bytes: ready.sizeBytes ?? 0, count: 1 },
      ...processChanges(deps, ready),
    ]
    try {
      await deps.metadata.commit(batch)
      deps.emit('asset.ready', ready)
      if (ready.processing === 'pending') deps.wakeJobs(PROCESS_LANE)
      return ready
    } catch (error) {
      if (tries >= MAX_NAME_TRIES || !wanted.uniqueName || !isTakenName(error)) throw error
      const filename = suffixFilename(wanted.uniqueName, hex(deps.random(4)))
      ready = { ...wanted, filename, uniqueName: filename }
    }
  }
}

function isTakenName(error: unknown): boolean {
  return isStowageError(error, 'already_exists') && error.details.constraint === 'uniqueName'
}
