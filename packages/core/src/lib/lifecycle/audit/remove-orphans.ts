import type { BlobRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import type { ObjectInfo } from '../../contracts/storage.ts'
import { hex } from '../../crypto/random.ts'
import { purgeAsset } from '../purge.ts'
import { type AuditRun, progressed } from './audit-run.ts'
import { orphansAmong } from './compare-objects.ts'
import { stretches } from './listed-objects.ts'
import { removeUnfinished } from './unfinished.ts'

const BATCH = 100

/**
 * Goes through storage and rows a second time and removes what has no row still. Each object is condemned by a row of its own
 * first: its unique key keeps any other row away, and after a crash the sweeper goes on.
 */
export async function removeOrphans(run: AuditRun): Promise<void> {
  const { counts, options } = run
  if (!counts.orphan && !counts.unfinished_upload && !counts.temporary_file) return
  const doubt = options.force ? null : whyNot(run)
  if (doubt !== null) {
    run.repaired.refused = doubt
    return
  }
  let done = 0
  for await (const { objects, rows, rowless } of stretches(run)) {
    for await (const _ of rows) run.signal?.throwIfAborted()
    const orphans = await orphansAmong(run, rowless)
    for (let i = 0; i < orphans.length; i += BATCH) await removeBatch(run, orphans.slice(i, i + BATCH))
    done += objects
    progressed(run, 'repair', done)
  }
  await removeUnfinished(run)
}

/** What makes it likely that the rows are missing, and not that the objects are left over. */
function whyNot({ counts, checked, newest, maxOrphanShare }: AuditRun): string | null {
  const orphans = counts.orphan ?? 0
  const missing = counts.missing_object ?? 0
  const advice = 'The database may be older than the storage, as after a restore. Look at the findings, then force it.'
  if (orphans === 0) return null
  if (orphans > checked.objects * maxOrphanShare) {
    return `${orphans} of ${checked.objects} objects have no row, more than ${maxOrphanShare * 100} %. ${advice}`
  }
  if (missing > 0) return `${missing} ready assets have lost their objects, while ${orphans} objects have no row. ${advice}`
  if (newest.orphanAt > newest.blobAt) return `An object without a row is newer than every row. ${advice}`
  return null
}

async function removeBatch(run: AuditRun, orphans: readonly ObjectInfo[]): Promise<void> {
  const { deps, repaired } = run
  run.signal?.throwIfAborted()
  // One owner for the batch, which no asset has for its id: the purge takes them together.
  const owner = `orphan-${hex(deps.random(16))}`
  const condemned = await Promise.all(orphans.map(object => condemn(run, owner, object)))
  await purgeAsset(deps, { id: owner, kind: '' })
  for (const [i, { sizeBytes }] of orphans.entries()) {
    if (!condemned[i]) continue
    repaired.orphans += 1
    repaired.orphanBytes += sizeBytes
  }
}

/** False where a row has the key after all. */
async function condemn({ deps, storage }: AuditRun, owner: string, object: ObjectInfo): Promise<boolean> {
  const now = deps.clock.now()
  const blob: BlobRecord = {
    id: hex(deps.random(16)),
    assetId: owner,
    kind: '',
    storage: storage.name,
    key: object.key,
    state: 'condemned',
    role: 'orphan',
    sourceId: null,
    scan: null,
    sizeBytes: object.sizeBytes,
    sha256: null,
    etag: object.etag,
    contentType: null,
    leaseToken: null,
    dueAt: now,
    purgesLeft: 1,
    createdAt: now,
  }
  try {
    await deps.metadata.commit([{ op: 'insertBlob', blob }])
    return true
  } catch (error) {
    if (isStowageError(error, 'already_exists')) return false
    throw error
  }
}
