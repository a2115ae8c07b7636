import type { MultipartStorage } from '../../contracts/storage.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import type { ResumableRecord } from './received.ts'

/** Of ten numbers of parts one is left to those who take over from each other: each may skip one, where parts come as they come. */
const PLANNED_SHARE = 0.9
/** A file that has come in more pieces than this is collected to larger ones, even where parts may have any size. */
const STREAMED_PARTS = 1000

/**
 * How large parts of a file are collected before they are put, where a storage has a least size for them. All but the last have this one: some
 * storages ask for that.
 * @returns null where they may have any size, and are put as they come
 */
export function plannedPartBytes(
  { storage, resumable }: ServiceDeps,
  { kind }: ServiceScope,
  sizeBytes: number | null,
): number | null {
  const { multipart, capabilities } = storage
  if (!multipart || multipart.minPartBytes <= 1) return null
  const most = sizeBytes ?? Math.min(kind.limits.maxBytes, capabilities.maxObjectBytes)
  return partBytesFor(multipart, resumable.partBytes, { bytes: most, count: multipart.maxParts })
}

/** The same for what is still to come of an upload. */
export function partBytesOf({ storage, resumable }: ServiceDeps, upload: ResumableRecord, mostBytes: number): number | null {
  const { partBytes, received } = upload.data
  if (partBytes !== null || !storage.multipart || received.nextPart <= STREAMED_PARTS) return partBytes
  const count = (storage.multipart.maxParts - received.nextPart) * PLANNED_SHARE
  return partBytesFor(storage.multipart, resumable.partBytes, { bytes: mostBytes - upload.offsetBytes, count })
}

function partBytesFor(
  { minPartBytes, maxPartBytes }: MultipartStorage,
  partBytes: number,
  all: { readonly bytes: number; readonly count: number },
): number {
  return Math.min(maxPartBytes, Math.max(minPartBytes, partBytes, Math.ceil(all.bytes / Math.max(1, Math.floor(all.count)))))
}
