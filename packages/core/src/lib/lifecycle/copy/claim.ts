import type { BlobRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import { purgeUpload } from '../purge.ts'
import { type CopyRun, findingOf, originalOf, roleOfCopy } from './copy-run.ts'
import { isWhole } from './verify.ts'

/** A row that says an object may exist in the other storage, and that this process writes it. */
export interface Claim {
  readonly id: string
  readonly leaseToken: string
}

/** What is to be done about an object: nothing, since it is `there`; to write it; or to leave it, where null. */
export type Found = { readonly there: BlobRecord } | { readonly claim: Claim } | null

/** What nobody took up again for so long is removed by the sweeper. */
const ABANDONED_MS = 7 * 24 * 60 * 60_000

/** Looks what the other storage has of a blob, by the rows; takes it over where that is for this run to do. */
export async function claimCopy(run: CopyRun, blob: BlobRecord): Promise<Found> {
  const row = await run.deps.metadata.getBlobByKey(run.to.name, blob.key)
  if (row === null) return announce(run, blob)
  if (row.role !== roleOfCopy(run.to.name, blob)) {
    const message = `In ${run.to.name}, the key ${blob.key} belongs to blob ${row.id}.`
    run.faults.set(blob.id, findingOf('key_taken', blob, message))
    return null
  }
  if (row.state === 'condemned') return awaitRemoval(run, blob, row)
  if (row.state === 'writing') {
    // Whoever writes it may be alive: that is left for last. Two at once would only do the same work twice.
    if (run.pass > 1) return takeOver(run, row)
    run.setbacks.set(blob.id, findingOf('under_way', blob, `Object ${blob.key} is being copied by another process.`))
    return null
  }
  // Later passes trust the rows: this process has looked, or written it itself.
  if (run.pass > 1 && !run.options.switch) return { there: row }
  return (await isWhole(run, row)) ? { there: row } : takeOver(run, row)
}

/** The row comes before the object, as long as the source is what it was. */
async function announce(run: CopyRun, blob: BlobRecord): Promise<Found> {
  const { deps, to } = run
  const now = deps.clock.now()
  const copy: BlobRecord = {
    ...blob,
    id: hex(deps.random(16)),
    storage: to.name,
    state: 'writing',
    role: roleOfCopy(to.name, blob),
    sourceId: originalOf(blob),
    scan: null,
    etag: null,
    leaseToken: hex(deps.random(16)),
    dueAt: now + ABANDONED_MS,
    purgesLeft: 2,
    createdAt: now,
  }
  const won = await wonBy(run, [sourceIsThere(blob), { op: 'insertBlob', blob: copy }])
  return won ? { claim: { id: copy.id, leaseToken: copy.leaseToken ?? '' } } : null
}

/** Fails a batch unless the asset still has these bytes. */
export const sourceIsThere = (blob: BlobRecord): Change => ({
  op: 'assertAsset',
  id: blob.assetId,
  kind: blob.kind,
  guard: { states: ['ready'], blobId: originalOf(blob) },
})

async function takeOver(run: CopyRun, row: BlobRecord): Promise<Found> {
  const { deps } = run
  const leaseToken = hex(deps.random(16))
  const taken: Change = {
    op: 'updateBlob',
    id: row.id,
    guard: { states: [row.state], ...(row.leaseToken !== null && { leaseToken: row.leaseToken }) },
    set: { state: 'writing', leaseToken, dueAt: deps.clock.now() + ABANDONED_MS, purgesLeft: 2 },
  }
  return (await wonBy(run, [taken])) ? { claim: { id: row.id, leaseToken } } : null
}

/** Never written to before it is gone: whoever removes it could be late. */
async function awaitRemoval(run: CopyRun, blob: BlobRecord, row: BlobRecord): Promise<Found> {
  await purgeUpload(run.deps, row.id)
  const left = await run.deps.metadata.getBlob(row.id)
  if (left === null) return announce(run, blob)
  const when = left.dueAt === null ? '' : ` after ${new Date(left.dueAt).toISOString()}`
  const message = `An earlier copy of ${blob.key} is being removed from ${run.to.name}: copy again${when}.`
  run.setbacks.set(blob.id, findingOf('waiting', blob, message))
  return null
}

/** False where a guard did not hold: somebody was faster, or the source is gone. */
export async function wonBy({ deps }: CopyRun, changes: readonly Change[]): Promise<boolean> {
  try {
    await deps.metadata.commit(changes)
    return true
  } catch (error) {
    if (isStowageError(error, 'conflict', 'already_exists')) return false
    throw error
  }
}
