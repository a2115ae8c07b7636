import type { BlobRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import type { ObjectInfo, StorageAdapter } from '../../contracts/storage.ts'
import { hex } from '../../crypto/random.ts'
import { purgeUpload } from '../purge.ts'
import { type Claim, claimCopy, sourceIsThere, wonBy } from './claim.ts'
import { add, type CopyRun, findingOf } from './copy-run.ts'
import { SourceFault, writeCopy } from './write-copy.ts'

/** Where so many objects in a row can't be written, there is something wrong with the whole storage. */
const MAX_FAILURES_IN_A_ROW = 20

/**
 * Sees to it that an object lies in the other storage as well, and switches its row to it where that is asked for.
 * @throws what keeps every object from being copied
 */
export async function copyObject(run: CopyRun, source: StorageAdapter, blob: BlobRecord): Promise<void> {
  try {
    const found = await claimCopy(run, blob)
    if (found === null) return
    const copy = 'there' in found ? found.there : await written(run, source, { blob, claim: found.claim })
    if ('there' in found && run.pass === 1) add(run.skipped, blob)
    if (copy && run.options.switch) await switchTo(run, blob, copy)
    run.failuresInARow = 0
  } catch (error) {
    if (run.signal.aborted) throw error
    setBack(run, blob, error)
  }
}

/** @returns the copy; null where its source is gone meanwhile */
async function written(
  run: CopyRun,
  source: StorageAdapter,
  { blob, claim }: { readonly blob: BlobRecord; readonly claim: Claim },
): Promise<Pick<BlobRecord, 'id' | 'etag'> | null> {
  try {
    const info = await writeCopy(run, source, blob)
    if (await recorded(run, blob, { claim, info })) {
      add(run.copied, blob)
      return { id: claim.id, etag: info.etag }
    }
  } catch (error) {
    // Another attempt goes on with the row; without a sound source there will be none.
    if (!(error instanceof SourceFault)) throw error
    await takeBack(run, claim)
    // What was deleted or replaced while it was read is no fault.
    if ((await run.deps.metadata.getBlob(blob.id))?.state === 'stored') throw error
    return null
  }
  await takeBack(run, claim)
  run.removed += 1
  return null
}

function recorded(
  run: CopyRun,
  blob: BlobRecord,
  { claim, info }: { readonly claim: Claim; readonly info: ObjectInfo },
): Promise<boolean> {
  return wonBy(run, [
    sourceIsThere(blob),
    {
      op: 'updateBlob',
      id: claim.id,
      guard: { states: ['writing'], leaseToken: claim.leaseToken },
      set: { state: 'stored', etag: info.etag, leaseToken: null, dueAt: null, purgesLeft: 1 },
    },
  ])
}

/** Nothing of it may stay. Where another process has the row by now, it is that one's. */
async function takeBack(run: CopyRun, { id, leaseToken }: Claim): Promise<void> {
  const { deps } = run
  const guard = { states: ['writing'], leaseToken } as const
  const set = { state: 'condemned', dueAt: deps.clock.now(), leaseToken: null, purgesLeft: 1 } as const
  await wonBy(run, [{ op: 'updateBlob', id, guard, set }])
  await purgeUpload(deps, id)
}

/**
 * One commit: the row that held the place in the other storage goes, and the blob's own takes it. Both storages have the same bytes at this moment, so
 * that no reader can tell.
 */
async function switchTo(run: CopyRun, blob: BlobRecord, copy: Pick<BlobRecord, 'id' | 'etag'>): Promise<void> {
  const { deps, to, options } = run
  const now = deps.clock.now()
  const guard = { states: ['stored'] } as const
  const old: BlobRecord = {
    ...blob,
    id: hex(deps.random(16)),
    // Of no asset: none waits for its removal.
    assetId: '',
    role: 'switched',
    sourceId: null,
    state: 'condemned',
    dueAt: now + (options.removeAfterMs ?? 0),
    purgesLeft: 1,
    createdAt: now,
  }
  const won = await wonBy(run, [
    { op: 'deleteBlob', id: copy.id, guard },
    { op: 'updateBlob', id: blob.id, guard, set: { storage: to.name, etag: copy.etag } },
    ...(options.removeAfterMs === undefined ? [] : [{ op: 'insertBlob', blob: old } as const]),
  ])
  if (won) add(run.switched, blob)
}

function setBack(run: CopyRun, blob: BlobRecord, error: unknown): void {
  if (error instanceof SourceFault) {
    const retryable = isStowageError(error.cause) && error.cause.retryable
    ;(retryable ? run.setbacks : run.faults).set(blob.id, error.finding)
    return
  }
  run.failuresInARow += 1
  if (run.failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error
  const why = error instanceof Error ? error.message : String(error)
  run.setbacks.set(blob.id, findingOf('not_written', blob, `Object ${blob.key} was not written to ${run.to.name}: ${why}`))
}
