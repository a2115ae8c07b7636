import { type AssetRecord, type BlobRecord, type Change, StowageError } from '@stowage/core/contracts'
import { checkString, copyRecord } from './check-record.ts'
import { type MemoryTables, pairKey, type Refusal, readyUsage, reservedUsage } from './memory-tables.ts'
import { addedText } from './memory-words.ts'

type Appliers = {
  readonly [Op in Change['op']]: (tables: MemoryTables, change: Extract<Change, { op: Op }>, refuse: Refusal) => void
}

const FIXED = {
  asset: ['id', 'kind', 'space', 'createdBy', 'createdAt', 'version'],
  blob: ['id', 'kind', 'key', 'sourceId', 'createdAt'],
  blobs: ['id', 'kind', 'storage', 'key', 'sourceId', 'createdAt'],
  job: ['id', 'type', 'createdAt'],
  upload: ['id', 'assetId', 'blobId', 'kind', 'createdAt'],
  idempotency: ['scope', 'key'],
} as const

/** What each change does, and when it is refused. */
export const appliers: Appliers = {
  insertAsset(tables, { asset }, refuse) {
    if (tables.assets.has(asset.id)) refuse.taken('id')
    putAsset(tables, copyRecord(asset), refuse)
  },
  updateAsset(tables, { id, kind, guard, set }, refuse) {
    const asset = guardedAsset(tables, { id, kind, guard }) ?? refuse.conflict()
    const changed = { ...asset, ...changesOf(set, FIXED.asset) }
    const updatedAt = Math.max(asset.updatedAt, changed.updatedAt)
    if (changed.state !== 'ready') tables.delete(tables.texts, id)
    putAsset(tables, { ...changed, version: asset.version + 1, updatedAt }, refuse)
  },
  assertAsset(tables, change, refuse) {
    guardedAsset(tables, change) ?? refuse.conflict()
  },
  deleteAsset(tables, { id, kind, guard }, refuse) {
    guardedAsset(tables, { id, kind, guard }) ?? refuse.conflict()
    tables.delete(tables.assets, id)
    tables.delete(tables.texts, id)
    tables.delete(tables.downloads, id)
  },
  putText(tables, { assetId, kind, text, append }, refuse) {
    guardedAsset(tables, { id: assetId, kind, guard: { states: ['ready'] } }) ?? refuse.conflict()
    const before = append ? tables.texts.get(assetId) : undefined
    const added = addedText(before, checkString(text))
    if (added.units === 0) tables.delete(tables.texts, assetId)
    else tables.set(tables.texts, assetId, added)
  },
  insertBlob(tables, { blob }, refuse) {
    if (tables.blobs.has(blob.id)) refuse.taken('id')
    putBlob(tables, copyRecord(blob), refuse)
  },
  updateBlob(tables, { id, guard, set }, refuse) {
    const blob = tables.blobs.get(id)
    if (!blob || !guard.states.includes(blob.state)) return refuse.conflict()
    if (guard.leaseToken !== undefined && guard.leaseToken !== blob.leaseToken) return refuse.conflict()
    putBlob(tables, { ...blob, ...changesOf(set, FIXED.blob) }, refuse)
  },
  updateBlobsOf(tables, { assetId, guard, set }, refuse) {
    const { states, sourceId } = guard
    const derived = (blob: BlobRecord) => sourceId === undefined || blob.sourceId === sourceId
    const meant = (blob: BlobRecord) => blob.assetId === assetId && states.includes(blob.state) && derived(blob)
    const changes = changesOf(set, FIXED.blobs)
    for (const blob of [...tables.blobs.values()].filter(meant)) putBlob(tables, { ...blob, ...changes }, refuse)
  },
  deleteBlob(tables, { id, guard }, refuse) {
    const blob = tables.blobs.get(id)
    if (!blob || !guard.states.includes(blob.state)) return refuse.conflict()
    tables.delete(tables.blobs, id)
  },
  enqueueJob(tables, { job }, refuse) {
    if (tables.jobs.has(job.id)) refuse.taken('id')
    tables.set(tables.jobs, job.id, copyRecord(job))
  },
  updateJob(tables, { id, guard, set }, refuse) {
    const job = tables.jobs.get(id)
    if (!job || job.leaseToken !== guard.leaseToken) return refuse.conflict()
    tables.set(tables.jobs, id, { ...job, ...changesOf(set, FIXED.job) })
  },
  deleteJob(tables, { id, guard }, refuse) {
    const job = tables.jobs.get(id)
    if (!job || job.leaseToken !== guard.leaseToken) return refuse.conflict()
    tables.delete(tables.jobs, id)
  },
  insertUpload(tables, { upload }, refuse) {
    if (tables.uploads.has(upload.id)) refuse.taken('id')
    tables.set(tables.uploads, upload.id, copyRecord(upload))
  },
  updateUpload(tables, { id, guard, set }, refuse) {
    const upload = tables.uploads.get(id)
    if (!upload || !guard.states.includes(upload.state)) return refuse.conflict()
    if (guard.leaseToken !== undefined && guard.leaseToken !== upload.leaseToken) return refuse.conflict()
    if (guard.offsetBytes !== undefined && guard.offsetBytes !== upload.offsetBytes) return refuse.conflict()
    tables.set(tables.uploads, id, { ...upload, ...changesOf(set, FIXED.upload) })
  },
  deleteUpload(tables, { id, guard }, refuse) {
    const upload = tables.uploads.get(id)
    if (!upload || !guard.states.includes(upload.state)) return refuse.conflict()
    tables.delete(tables.uploads, id)
  },
  insertIdempotency(tables, { record, now }, refuse) {
    const key = pairKey(record.scope, record.key)
    if ((tables.idempotency.get(key)?.expiresAt ?? now) > now) refuse.taken('key')
    tables.set(tables.idempotency, key, copyRecord(record))
  },
  updateIdempotency(tables, { scope, key, guard, set }, refuse) {
    const record = tables.idempotency.get(pairKey(scope, key))
    if (!record || record.fingerprint !== guard.fingerprint) return refuse.conflict()
    tables.set(tables.idempotency, pairKey(scope, key), { ...record, ...changesOf(set, FIXED.idempotency) })
  },
  deleteIdempotency(tables, { scope, key, guard }) {
    const place = pairKey(checkString(scope), checkString(key))
    if (tables.idempotency.get(place)?.fingerprint === guard.fingerprint) tables.delete(tables.idempotency, place)
  },
  addUsage(tables, { kind, space, bytes, count, limit }, refuse) {
    copyRecord({ kind, space, sizeBytes: bytes, countBytes: count })
    const used = tables.usage.get(pairKey(kind, space)) ?? { bytes: 0, count: 0 }
    if (bytes > 0 && limit?.bytes !== undefined && used.bytes + bytes > limit.bytes) return refuse.overQuota()
    if (count > 0 && limit?.count !== undefined && used.count + count > limit.count) return refuse.overQuota()
    const sum = { bytes: Math.max(0, used.bytes + bytes), count: Math.max(0, used.count + count) }
    tables.set(tables.usage, pairKey(kind, space), sum)
  },
  reserveUsage(tables, { reservation, now, limit }, refuse) {
    const { id, kind, space, bytes, count } = reservation
    copyRecord({ sizeBytes: bytes, countBytes: count })
    const used = tables.usage.get(pairKey(kind, space)) ?? { bytes: 0, count: 0 }
    const reserved = reservedUsage(tables, { kind, space, now, except: id })
    if (bytes > 0 && used.bytes + reserved.bytes + bytes > (limit.bytes ?? Number.POSITIVE_INFINITY)) refuse.overQuota()
    if (count > 0 && used.count + reserved.count + count > (limit.count ?? Number.POSITIVE_INFINITY)) refuse.overQuota()
    tables.set(tables.reservations, id, copyRecord(reservation))
  },
  releaseUsage(tables, { id }) {
    tables.delete(tables.reservations, checkString(id))
  },
  removeExpired(tables, { now }) {
    for (const [key, { expiresAt }] of [...tables.idempotency]) if (expiresAt <= now) tables.delete(tables.idempotency, key)
    for (const [id, { expiresAt }] of [...tables.reservations]) if (expiresAt <= now) tables.delete(tables.reservations, id)
  },
  addDownloads(tables, { kind, downloads }) {
    for (const { assetId, by } of downloads) {
      if (!Number.isSafeInteger(by) || by < 0) throw new StowageError('unprocessable', 'Downloads are added as a whole number.')
      if (tables.assets.get(checkString(assetId))?.kind !== kind) continue
      tables.set(tables.downloads, assetId, (tables.downloads.get(assetId) ?? 0) + by)
    }
  },
  recountUsage(tables, { kind, space }) {
    tables.set(tables.usage, pairKey(checkString(kind), checkString(space)), readyUsage(tables, kind, space))
  },
}

function guardedAsset(
  tables: MemoryTables,
  { id, kind, guard }: Pick<Extract<Change, { op: 'assertAsset' }>, 'id' | 'kind' | 'guard'>,
): AssetRecord | null {
  const asset = tables.assets.get(id)
  if (!asset || asset.kind !== kind || !guard.states.includes(asset.state)) return null
  if (guard.version !== undefined && guard.version !== asset.version) return null
  if (guard.blobId !== undefined && guard.blobId !== asset.blobId) return null
  return asset
}

function changesOf<T extends object>(set: T, fixed: readonly string[]): T {
  const given = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined))
  const refused = Object.keys(given).find(property => fixed.includes(property))
  if (refused) throw new StowageError('invalid_request', `${refused} can't be changed.`, { details: { column: refused } })
  return copyRecord(given) as T
}

// Slug and unique name belong to one asset of a space at a time, until that is being deleted.
function putAsset(tables: MemoryTables, asset: AssetRecord, refuse: Refusal): void {
  if (asset.state !== 'deleting' && (asset.slug !== null || asset.uniqueName !== null)) {
    for (const other of tables.assets.values()) {
      const rival =
        other.id !== asset.id && other.kind === asset.kind && other.space === asset.space && other.state !== 'deleting'
      if (rival && asset.slug !== null && other.slug === asset.slug) refuse.taken('slug')
      if (rival && asset.uniqueName !== null && other.uniqueName === asset.uniqueName) refuse.taken('uniqueName')
    }
  }
  tables.set(tables.assets, asset.id, asset)
}

// A key of a storage is one blob's, and a source has one living derivative of a role at a time.
function putBlob(tables: MemoryTables, blob: BlobRecord, refuse: Refusal): void {
  const before = tables.blobs.get(blob.id)
  const placed = before?.storage === blob.storage && before.key === blob.key
  const takes = (other: BlobRecord): boolean => other.id !== blob.id && other.storage === blob.storage && other.key === blob.key
  if (!placed && [...tables.blobs.values()].some(takes)) refuse.taken('key')
  const names = ({ sourceId, role, state }: BlobRecord): boolean =>
    sourceId !== null && sourceId === blob.sourceId && role === blob.role && state !== 'condemned'
  if (names(blob) && [...tables.blobs.values()].some(other => other.id !== blob.id && names(other))) refuse.taken('derivative')
  tables.set(tables.blobs, blob.id, blob)
}
