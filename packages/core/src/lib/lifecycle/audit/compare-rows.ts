import type { BlobRecord } from '../../contracts/asset.ts'
import type { AssetSummary, MeasuredUsage, ScannedAsset } from '../../contracts/scan.ts'
import { allStorages } from '../../storage/storage-of.ts'
import { type AuditRun, found, isOverdue, PAGE, progressed, withSignal } from './audit-run.ts'
import type { AuditFinding } from './report.ts'

const MAX_TASKS = 1000

/** Compares assets with the blobs that they name. Both come from one moment, so what disagrees is wrong. */
export async function compareAssets(run: AuditRun): Promise<void> {
  for (let after: string | undefined; ; ) {
    run.signal?.throwIfAborted()
    const rows = await run.deps.metadata.scanAssets({
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
      ...withSignal(run),
    })
    for (const row of rows) await compareAsset(run, row)
    run.checked.assets += rows.length
    progressed(run, 'assets', run.checked.assets)
    after = rows.at(-1)?.asset.id
    if (rows.length < PAGE || after === undefined) return
  }
}

async function compareAsset(run: AuditRun, { asset, blob }: ScannedAsset): Promise<void> {
  const { id: assetId, kind, space, blobId } = asset
  const names = { kind, space, assetId, ...(blobId === null ? {} : { blobId }) }
  if (asset.state === 'deleting') {
    if (await isForgotten(run, asset)) {
      const message = `Asset ${assetId} was deleted, and its row is still there.`
      found(run, { type: 'overdue', message, ...names, since: asset.updatedAt })
    }
    return
  }
  const fault = asset.state === 'failed' ? null : faultOf(run, asset, blob)
  if (fault) found(run, { ...fault, ...names })
}

/** The last of its blobs may go as late as late writers are waited for; after that, the row goes. */
async function isForgotten(run: AuditRun, asset: AssetSummary): Promise<boolean> {
  const { metadata, timing } = run.deps
  if (!isOverdue(run, asset.updatedAt + timing.lateWriterMs)) return false
  if ((await metadata.listBlobs(asset.id)).length > 0) return false
  return (await metadata.getAsset({ kind: asset.kind, id: asset.id, states: ['deleting'] })) !== null
}

function faultOf(run: AuditRun, asset: AssetSummary, blob: BlobRecord | null): AuditFinding | null {
  // A link has no bytes.
  if (asset.blobId === null && asset.state === 'ready' && asset.sizeBytes === null) return null
  const expected = asset.state === 'ready' ? 'stored' : 'writing'
  if (blob?.state !== expected || blob.assetId !== asset.id) {
    const has = blob ? `its blob is ${blob.state}, of asset ${blob.assetId}` : 'its blob has no row'
    return { type: 'asset_without_blob', message: `Asset ${asset.id} is ${asset.state}, but ${has}.` }
  }
  if (asset.state !== 'ready') return null
  if (blob.sizeBytes !== asset.sizeBytes || blob.sha256 !== asset.sha256) {
    return { type: 'asset_differs', message: `Asset ${asset.id} and its blob disagree on size or digest.` }
  }
  const names = allStorages(run.deps).map(({ name }) => name)
  if (names.includes(blob.storage)) return null
  const message = `The bytes of asset ${asset.id} lie in storage ${blob.storage}, not in ${names.join(' or ')}.`
  return { type: 'object_elsewhere', message }
}

/** Compares the counters of each space with the sums of its ready assets, and mends them where asked to. */
export async function compareUsage(run: AuditRun): Promise<void> {
  const { metadata } = run.deps
  for (let after: { kind: string; space: string } | undefined; ; ) {
    run.signal?.throwIfAborted()
    const rows = await metadata.measureUsage({ limit: PAGE, ...(after === undefined ? {} : { after }), ...withSignal(run) })
    for (const row of rows) await compareSpace(run, row)
    run.checked.spaces += rows.length
    progressed(run, 'usage', run.checked.spaces)
    after = rows.at(-1)
    if (rows.length < PAGE || after === undefined) return
  }
}

async function compareSpace(run: AuditRun, { kind, space, recorded, actual }: MeasuredUsage): Promise<void> {
  run.expected += actual.count
  await findForgottenRoom(run, kind, space)
  if (recorded.bytes === actual.bytes && recorded.count === actual.count) return
  const says = `${recorded.count} assets of ${recorded.bytes} bytes, but there are ${actual.count} of ${actual.bytes}`
  found(run, { type: 'usage', message: `The counters of ${kind} in space "${space}" say ${says}.`, kind, space })
  if (!run.options.repair?.usage) return
  await run.deps.metadata.commit([{ op: 'recountUsage', kind, space }])
  run.repaired.usage += 1
}

/** Room that was kept for uploads which have ended long ago. */
async function findForgottenRoom(run: AuditRun, kind: string, space: string): Promise<void> {
  const { metadata } = run.deps
  const [all, young] = await Promise.all([
    metadata.getReserved(kind, space, 0),
    metadata.getReserved(kind, space, run.now - run.overdueMs),
  ])
  if (all.bytes === young.bytes && all.count === young.count) return
  const message = `Room for ${all.bytes - young.bytes} bytes of ${kind} in space "${space}" is kept for nothing.`
  found(run, { type: 'overdue', message, kind, space })
}

/** Jobs and uploads that nobody took up; the thousand that are due longest. */
export async function findOverdueTasks(run: AuditRun): Promise<void> {
  const { metadata } = run.deps
  run.signal?.throwIfAborted()
  const before = run.now - run.overdueMs
  for (const { id, type, state, runAt, leaseUntil } of await metadata.listDueJobs(before, MAX_TASKS)) {
    const message = `Job ${id} (${type}) is ${state}, and no worker took it up.`
    found(run, { type: 'overdue', message, jobId: id, since: leaseUntil ?? runAt })
  }
  for (const { id, assetId, kind, expiresAt } of await metadata.listExpiredUploads(before, MAX_TASKS)) {
    found(run, { type: 'overdue', message: `Upload ${id} has expired.`, uploadId: id, assetId, kind, since: expiresAt })
  }
  progressed(run, 'tasks', MAX_TASKS)
}
