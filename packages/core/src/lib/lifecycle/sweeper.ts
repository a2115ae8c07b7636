import type { BlobRecord } from '../contracts/asset.ts'
import { isStowageError } from '../contracts/errors.ts'
import type { Change } from '../contracts/metadata.ts'
import type { SweepOptions, SweepReport } from '../stowage.ts'
import type { MaintenanceDeps } from './audit/audit-run.ts'
import { removeExpiredUpload } from './expired-uploads.ts'
import type { JobRunner } from './job-runner.ts'
import { type PurgeReport, purgeAsset, purgeUpload } from './purge.ts'

const BATCH = 100

/** A tombstone older than this whose job is gone is taken up by the sweeper. */
const FORGOTTEN_MS = 60_000

/**
 * Takes up what was left behind: uploads whose lease has ended, room that was kept for them, keys of requests, objects due for removal, and jobs. Never
 * touches what is ready.
 */
export interface Sweeper {
  /** @param options.jobs false: leaves jobs to a worker that runs beside it. A long one would hold the next pass up. Default true. */
  sweep(options?: SweepOptions & { readonly jobs?: boolean }): Promise<SweepReport>
}

type Counts = { -readonly [K in keyof SweepReport]: SweepReport[K] }

export function createSweeper(deps: MaintenanceDeps, kinds: readonly { readonly name: string }[], jobs: JobRunner): Sweeper {
  return {
    async sweep(options = {}) {
      const counts: Counts = { expiredUploads: 0, purgedObjects: 0, removedAssets: 0, jobs: 0, failures: 0 }
      // Before their objects: an upload goes as a whole.
      await sweepUploads(deps, counts, options)
      await sweepBlobs(deps, counts, options)
      await counted(deps, counts, () => deps.metadata.commit([{ op: 'removeExpired', now: deps.clock.now() }]))
      for (const kind of kinds) if (!options.signal?.aborted) await sweepTombstones(deps, kind, counts)
      if (options.signal?.aborted || options.jobs === false) return counts
      const { done, failed } = await jobs.drain(options.signal)
      counts.jobs += done
      counts.failures += failed
      return counts
    },
  }
}

async function sweepUploads(deps: MaintenanceDeps, counts: Counts, { signal, onProgress }: SweepOptions): Promise<void> {
  const seen = new Set<string>()
  for (;;) {
    const expired = (await deps.metadata.listExpiredUploads(deps.clock.now(), BATCH)).filter(({ id }) => !seen.has(id))
    if (expired.length === 0) return
    for (const upload of expired) {
      if (signal?.aborted) return
      seen.add(upload.id)
      await counted(deps, counts, async () => {
        counts.purgedObjects += await removeExpiredUpload(deps, upload)
        counts.expiredUploads += 1
      })
      onProgress?.(counts)
    }
  }
}

async function sweepBlobs(deps: MaintenanceDeps, counts: Counts, { signal, onProgress }: SweepOptions): Promise<void> {
  const seen = new Set<string>()
  for (;;) {
    const due = (await deps.metadata.listDueBlobs(deps.clock.now(), BATCH)).filter(blob => !seen.has(blob.id))
    if (due.length === 0) return
    for (const blob of due) {
      if (signal?.aborted) return
      seen.add(blob.id)
      await counted(deps, counts, () => (blob.state === 'writing' ? expire(deps, blob, counts) : purgeOwner(deps, blob, counts)))
      onProgress?.(counts)
    }
  }
}

/** The writer of this blob has lost its lease: what it announced becomes a tombstone, unless the writer was faster. */
async function expire(deps: MaintenanceDeps, blob: BlobRecord, counts: Counts): Promise<void> {
  const token = blob.leaseToken === null ? {} : { leaseToken: blob.leaseToken }
  const condemned: Change = {
    op: 'updateBlob',
    id: blob.id,
    guard: { states: ['writing'], ...token },
    set: { state: 'condemned', leaseToken: null, dueAt: deps.clock.now(), purgesLeft: 2 },
  }
  const asset =
    blob.assetId === '' ? null : await deps.metadata.getAsset({ kind: blob.kind, id: blob.assetId, states: ['uploading'] })
  const hidden: Change[] =
    asset?.blobId === blob.id
      ? [
          {
            op: 'updateAsset',
            id: asset.id,
            kind: asset.kind,
            guard: { states: ['uploading'], blobId: blob.id },
            set: { state: 'deleting', uniqueName: null, updatedAt: deps.clock.now() },
          },
        ]
      : []
  try {
    await deps.metadata.commit([condemned, ...hidden])
  } catch (error) {
    if (isStowageError(error, 'conflict')) return
    throw error
  }
  counts.expiredUploads += 1
  await purgeOwner(deps, blob, counts)
}

async function sweepTombstones(deps: MaintenanceDeps, kind: { readonly name: string }, counts: Counts): Promise<void> {
  const before = deps.clock.now() - FORGOTTEN_MS
  const forgotten = await deps.metadata.list({
    kind: kind.name,
    states: ['deleting'],
    filter: { op: 'lte', column: 'updatedAt', value: before },
    sort: { column: 'createdAt', direction: 'asc' },
    limit: BATCH,
  })
  for (const { id, kind: name } of forgotten) await counted(deps, counts, () => purge(deps, { id, kind: name }, counts))
}

async function purge(
  deps: MaintenanceDeps,
  asset: { readonly id: string; readonly kind: string },
  counts: Counts,
): Promise<void> {
  add(counts, await purgeAsset(deps, asset))
}

async function purgeOwner(deps: MaintenanceDeps, { id, assetId, kind }: BlobRecord, counts: Counts): Promise<void> {
  if (assetId === '') add(counts, await purgeUpload(deps, id))
  else await purge(deps, { id: assetId, kind }, counts)
}

function add(counts: Counts, { objects, assets }: PurgeReport): void {
  counts.purgedObjects += objects
  counts.removedAssets += assets
}

/** One thing that can't be done now must not keep the sweeper from the rest. */
async function counted(deps: MaintenanceDeps, counts: Counts, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    counts.failures += 1
    deps.logger.warn('The sweeper left something for the next pass.', { error })
  }
}
