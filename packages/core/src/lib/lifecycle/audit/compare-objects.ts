import type { BlobRecord } from '../../contracts/asset.ts'
import type { AssetSummary, ScannedBlob } from '../../contracts/scan.ts'
import type { ObjectInfo } from '../../contracts/storage.ts'
import { type AuditRun, found, isOld, isOverdue, progressed, withSignal } from './audit-run.ts'
import { stretches } from './listed-objects.ts'
import type { AuditFinding } from './report.ts'
import { verifyDigest } from './verify-digest.ts'

const DIGESTS_AT_ONCE = 4
const LOOKS_AT_ONCE = 16

/** Compares objects and blob rows, both ways. */
export async function compareObjects(run: AuditRun): Promise<void> {
  for await (const { objects, rows, rowless } of stretches(run)) {
    for await (const page of rows) await comparePage(run, page)
    run.checked.objects += objects
    for (const object of rowless.values()) if (!isOld(run, object.lastModified)) run.checked.youngObjects += 1
    for (const object of await orphansAmong(run, rowless)) found(run, orphan(run, object))
    progressed(run, 'objects', run.checked.objects)
  }
}

/** Those of the objects without a row that are old enough, looked at again now that the row had time to appear and the object to go. */
export async function orphansAmong(run: AuditRun, rowless: ReadonlyMap<string, ObjectInfo>): Promise<readonly ObjectInfo[]> {
  const old = [...rowless.values()].filter(({ lastModified }) => isOld(run, lastModified))
  const orphans: ObjectInfo[] = []
  for (let i = 0; i < old.length; i += LOOKS_AT_ONCE) {
    const group = old.slice(i, i + LOOKS_AT_ONCE)
    const kept = await Promise.all(group.map(object => isOrphan(run, object)))
    orphans.push(...group.filter((_, j) => kept[j]))
  }
  return orphans
}

async function isOrphan(run: AuditRun, { key }: ObjectInfo): Promise<boolean> {
  const { metadata } = run.deps
  run.signal?.throwIfAborted()
  if (await metadata.getBlobByKey(run.storage.name, key)) return false
  const present = await run.storage.head(key, withSignal(run))
  return present !== null && isOld(run, present.lastModified)
}

function orphan(run: AuditRun, { key, sizeBytes, lastModified }: ObjectInfo): AuditFinding {
  const since = lastModified.getTime()
  run.newest.orphanAt = Math.max(run.newest.orphanAt, since)
  return { type: 'orphan', message: `Object ${key} has no row.`, key, sizeBytes, since }
}

type Row = ScannedBlob & { readonly object: ObjectInfo | null }

async function comparePage(run: AuditRun, rows: readonly Row[]): Promise<void> {
  run.checked.blobs += rows.length
  for (const row of rows) {
    run.newest.blobAt = Math.max(run.newest.blobAt, row.blob.createdAt)
    compareRow(run, row)
  }
  const stored = rows.filter(({ blob }) => blob.state === 'stored')
  if (run.verify === 'digest') {
    for (let i = 0; i < stored.length; i += DIGESTS_AT_ONCE) {
      await Promise.all(stored.slice(i, i + DIGESTS_AT_ONCE).map(row => compareStored(run, row)))
    }
    return
  }
  for (const row of stored) if (row.object?.sizeBytes !== row.blob.sizeBytes) await compareStored(run, row)
}

function compareRow(run: AuditRun, { blob, asset }: ScannedBlob): void {
  if (blob.state === 'stored') {
    if (!isReferenced(blob, asset)) {
      found(run, {
        type: 'blob_unreferenced',
        message: `Blob ${blob.id} is stored, but no ready asset holds it.`,
        ...namesOf(blob),
      })
    }
  } else if (blob.dueAt !== null && isOverdue(run, blob.dueAt)) {
    const what = blob.state === 'writing' ? 'lost its lease and was not given up' : 'was to be removed and is still there'
    found(run, { type: 'overdue', message: `Blob ${blob.id} ${what}.`, ...namesOf(blob), since: blob.dueAt })
  }
}

// What was derived from an asset is not named by it, but its source is.
function isReferenced({ id, sourceId }: BlobRecord, asset: AssetSummary | null): boolean {
  return asset?.state === 'ready' && asset.blobId === (sourceId ?? id)
}

async function compareStored(run: AuditRun, { blob, object }: Row): Promise<void> {
  run.signal?.throwIfAborted()
  const { metadata } = run.deps
  // It may have been written since the page was listed.
  const present = object ?? (await run.storage.head(blob.key, withSignal(run)))
  const fault = present ? await faultOf(run, blob, present) : missing(blob)
  if (!fault) return
  // It may have been replaced or deleted meanwhile: then the row says so.
  if ((await metadata.getBlob(blob.id))?.state === 'stored') found(run, { ...fault, ...namesOf(blob) })
}

const missing = (blob: BlobRecord): AuditFinding => ({
  type: 'missing_object',
  message: `Object ${blob.key} of asset ${blob.assetId} is missing.`,
})

async function faultOf(run: AuditRun, blob: BlobRecord, object: ObjectInfo): Promise<AuditFinding | null> {
  if (object.sizeBytes !== blob.sizeBytes) {
    const message = `Object ${blob.key} has ${object.sizeBytes} bytes, not ${blob.sizeBytes}.`
    return { type: 'wrong_size', message, sizeBytes: object.sizeBytes }
  }
  return run.verify === 'digest' ? verifyDigest(run, blob, () => missing(blob)) : null
}

function namesOf({ id, kind, assetId, key }: BlobRecord): Pick<AuditFinding, 'kind' | 'assetId' | 'blobId' | 'key'> {
  return { kind, assetId, blobId: id, key }
}
