import type { ServiceDeps } from '../assets/service.ts'
import type { AssetRecord, BlobRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { StoredFile } from '../contracts/processor.ts'
import type { LocalFile, StorageAdapter } from '../contracts/storage.ts'
import { notFound } from '../policy/guard.ts'
import { storageOf } from '../storage/storage-of.ts'

/**
 * The present bytes of an asset, for what reads them in the background.
 * @throws StowageError `not_found` when they were deleted or replaced, `unavailable` when they lie in another storage
 */
export async function storedFile(
  deps: Pick<ServiceDeps, 'metadata' | 'storage' | 'otherStorages'>,
  record: AssetRecord,
  signal: AbortSignal,
): Promise<StoredFile> {
  const blob = record.blobId === null ? null : await deps.metadata.getBlob(record.blobId)
  if (!blob || blob.sizeBytes === null) throw notFound()
  const storage = storageOf(deps, blob)
  const { id, kind, type, filename, width, height, properties } = record
  const contentType = record.contentType ?? 'application/octet-stream'
  const { sizeBytes } = blob
  return {
    asset: { id, kind, type, filename, width, height, properties, contentType, sizeBytes },
    signal,
    async open(range) {
      try {
        return (await storage.get(blob.key, range ? { range, signal } : { signal })).body
      } catch (error) {
        throw isStowageError(error, 'not_found') ? await explain(deps, blob, error) : error
      }
    },
    ...(storage.localFile && { localFile: () => localFile(storage, blob.key, sizeBytes) }),
  }
}

async function localFile(storage: StorageAdapter, key: string, sizeBytes: number): Promise<LocalFile | null> {
  const file = (await storage.localFile?.(key)) ?? null
  if (file === null || file.info.sizeBytes === sizeBytes) return file
  await file.handle.close()
  return null
}

/** A deletion or replacement meanwhile is normal; anything else is a lost object. */
async function explain(deps: Pick<ServiceDeps, 'metadata'>, { id, key }: BlobRecord, cause: unknown): Promise<StowageError> {
  if ((await deps.metadata.getBlob(id))?.state !== 'stored') return notFound()
  return new StowageError('internal', `Object ${key} is missing. Run the audit.`, { cause })
}
