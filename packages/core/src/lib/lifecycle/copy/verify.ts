import { createHash } from 'node:crypto'
import type { BlobRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import type { ObjectInfo } from '../../contracts/storage.ts'
import type { CopyRun } from './copy-run.ts'

/** Whether a copy is there as it was recorded. */
export async function isWhole({ to, signal }: CopyRun, { key, sizeBytes, etag }: BlobRecord): Promise<boolean> {
  const info = await to.head(key, { signal })
  return info !== null && info.sizeBytes === sizeBytes && info.etag === etag
}

/** Reads what lies at the blob's key in the other storage. Null unless it has the blob's bytes. */
export async function readBack({ to, signal }: CopyRun, blob: BlobRecord): Promise<ObjectInfo | null> {
  try {
    const { info, body } = await to.get(blob.key, { signal })
    const hash = createHash('sha256')
    for await (const chunk of body) {
      signal.throwIfAborted()
      hash.update(chunk)
    }
    return info.sizeBytes === blob.sizeBytes && hash.digest('hex') === blob.sha256 ? info : null
  } catch (error) {
    if (isStowageError(error, 'not_found')) return null
    throw error
  }
}
