import type { ServiceDeps } from '../assets/service.ts'
import type { AssetRecord, BlobRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { Change, JobRecord } from '../contracts/metadata.ts'
import { hex } from '../crypto/random.ts'
import { allStorages, storageOf } from '../storage/storage-of.ts'
import type { MaintenanceDeps } from './audit/audit-run.ts'
import type { JobHandler } from './job-runner.ts'

/** Type of its jobs, and the lane they run in. */
export const PURGE_JOB = 'purge'

/** The job that removes what an asset no longer needs. */
export function purgeJob(
  deps: Pick<ServiceDeps, 'random' | 'clock'>,
  asset: Pick<AssetRecord, 'id' | 'kind'>,
  runAt: number,
): JobRecord {
  return {
    id: hex(deps.random(16)),
    type: PURGE_JOB,
    payload: { assetId: asset.id, kind: asset.kind },
    state: 'queued',
    attempts: 0,
    maxAttempts: 3,
    runAt,
    leaseToken: null,
    leaseUntil: null,
    lastError: null,
    createdAt: deps.clock.now(),
  }
}

export function purgeHandlers(deps: MaintenanceDeps): Readonly<Record<string, JobHandler>> {
  return {
    [PURGE_JOB]: async ({ payload: { assetId, kind } }) =>
      void (await purgeAsset(deps, { id: String(assetId), kind: String(kind) })),
  }
}

/** When it is asked again whether a storage is in use here by now. */
const ELSEWHERE_MS = 15 * 60_000

export interface PurgeReport {
  readonly objects: number
  readonly assets: number
}

/**
 * Removes an asset's condemned objects that are due, then the blob rows, then, once none is left, the tombstone. Safe to run twice
 * or at the same time: every step is idempotent or guarded.
 * @throws StowageError `unavailable` when storage kept an object; nothing is lost by trying again
 */
export async function purgeAsset(
  deps: MaintenanceDeps,
  asset: { readonly id: string; readonly kind: string },
): Promise<PurgeReport> {
  const objects = await purgeBlobs(deps, await deps.metadata.listBlobs(asset.id))
  const left = await deps.metadata.listBlobs(asset.id)
  const removed = left.length === 0 && (await removeTombstone(deps, asset))
  return { objects, assets: removed ? 1 : 0 }
}

/** The same for the object of an upload that came to no asset: it must not wait for the objects of others. */
export async function purgeUpload(deps: MaintenanceDeps, blobId: string): Promise<PurgeReport> {
  const blob = await deps.metadata.getBlob(blobId)
  return { objects: blob ? await purgeBlobs(deps, [blob]) : 0, assets: 0 }
}

/** @returns how many of them were due */
async function purgeBlobs(deps: MaintenanceDeps, blobs: readonly BlobRecord[]): Promise<number> {
  const now = deps.clock.now()
  const due = blobs.filter(blob => blob.state === 'condemned' && blob.dueAt !== null && blob.dueAt <= now)
  const here = allStorages(deps).map(({ name }) => name)
  const [reachable, elsewhere] = [true, false].map(isHere => due.filter(blob => here.includes(blob.storage) === isHere))
  await deleteObjects(deps, reachable ?? [])
  for (const blob of reachable ?? []) await passed(deps, blob, now)
  for (const blob of elsewhere ?? []) await putOff(deps, blob, now)
  if (elsewhere?.[0]) storageOf(deps, elsewhere[0])
  return due.length
}

/** It would keep the sweeper from what is due behind it. */
async function putOff({ metadata }: MaintenanceDeps, { id }: BlobRecord, now: number): Promise<void> {
  const change: Change = { op: 'updateBlob', id, guard: { states: ['condemned'] }, set: { dueAt: now + ELSEWHERE_MS } }
  await unlessLost(metadata.commit([change]))
}

async function deleteObjects(deps: MaintenanceDeps, blobs: readonly BlobRecord[]): Promise<void> {
  for (const storage of allStorages(deps)) {
    const keys = blobs.filter(blob => blob.storage === storage.name).map(({ key }) => key)
    const failed = keys.length > 0 && (await storage.delete(keys)).find(result => result.error)
    if (failed)
      throw new StowageError('unavailable', `Storage ${storage.name} did not delete ${failed.key}.`, { cause: failed.error })
  }
}

/** One of the blob's purges is done; after its last the row goes. */
async function passed(deps: MaintenanceDeps, blob: BlobRecord, now: number): Promise<void> {
  const guard = { states: ['condemned'] } as const
  const change: Change =
    blob.purgesLeft > 1
      ? { op: 'updateBlob', id: blob.id, guard, set: { purgesLeft: 1, dueAt: now + deps.timing.lateWriterMs } }
      : { op: 'deleteBlob', id: blob.id, guard }
  await unlessLost(deps.metadata.commit([change]))
}

async function removeTombstone(deps: MaintenanceDeps, asset: { readonly id: string; readonly kind: string }): Promise<boolean> {
  const record = await deps.metadata.getAsset({ ...asset, states: ['deleting'] })
  if (!record) return false
  const won = await unlessLost(deps.metadata.commit([{ op: 'deleteAsset', ...asset, guard: { states: ['deleting'] } }]))
  if (won) deps.emit('asset.purged', record)
  return won
}

/** False where another worker was first: its result stands. */
async function unlessLost(commit: Promise<void>): Promise<boolean> {
  try {
    await commit
    return true
  } catch (error) {
    if (isStowageError(error, 'conflict')) return false
    throw error
  }
}
