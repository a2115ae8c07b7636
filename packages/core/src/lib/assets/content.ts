import type { AssetRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { PresignedRequest, PresignGetOptions, StorageAdapter } from '../contracts/storage.ts'
import type { BoundKind } from '../kinds/kind.ts'
import { notFound } from '../policy/guard.ts'
import { assertReadable } from '../processing/readable.ts'
import type { Asset, AssetContent, OpenedContent, OpenOptions } from './assets.ts'
import { toAsset } from './record.ts'
import type { ServiceDeps } from './service.ts'

/**
 * The bytes of a record that the caller may read. Storage is asked only by `open`.
 * @throws StowageError `not_found` when the asset has no bytes of its own; as {@link assertReadable}
 */
export async function assetContent(deps: ServiceDeps, kind: BoundKind, record: AssetRecord): Promise<AssetContent> {
  const asset = toAsset(kind, record)
  if (record.blobId === null || !hasBytes(asset)) throw new StowageError('not_found', 'This asset has no bytes of its own.')
  const { blobId } = record
  await assertReadable(deps, kind, record)
  const locate = async () => {
    const blob = await deps.metadata.getBlob(blobId)
    if (!blob) throw notFound()
    if (blob.storage === deps.storage.name) return blob
    throw new StowageError('unavailable', `Object ${blob.key} lies in storage ${blob.storage}, which is not in use here.`)
  }
  return {
    asset,
    countDownload: kind.countDownloads ? () => deps.downloads.count(kind.name, record.id) : noCount,
    signUrl: async options => signObject(deps.storage, (await locate()).key, options),
    async open(options = {}) {
      const blob = await locate()
      try {
        return await openObject(deps.storage, blob.key, asset.sizeBytes, options)
      } catch (error) {
        if (isStowageError(error, 'not_found')) throw await explainMissing(deps, record, blob.key, error)
        throw error
      }
    },
  }
}

export const noCount = (): void => undefined

function hasBytes(asset: Asset): asset is AssetContent['asset'] {
  return asset.sizeBytes !== null && asset.sha256 !== null && asset.contentType !== null
}

/** @throws StowageError `not_found`; `internal` when the object has another size than its row says */
export async function openObject(
  storage: StorageAdapter,
  key: string,
  sizeBytes: number,
  options: OpenOptions,
): Promise<OpenedContent> {
  const { preferLocalFile, ...rest } = options
  if (preferLocalFile && storage.localFile) {
    const localFile = await storage.localFile(key)
    if (!localFile) throw notFound()
    if (localFile.info.sizeBytes === sizeBytes) return { localFile }
    await localFile.handle.close()
    throw wrongSize(key, localFile.info.sizeBytes, sizeBytes)
  }
  const { info, body } = await storage.get(key, rest)
  if (info.sizeBytes !== sizeBytes) {
    await body[Symbol.asyncIterator]().return?.()
    throw wrongSize(key, info.sizeBytes, sizeBytes)
  }
  return { body }
}

/** @throws StowageError `unsupported` where the storage signs no URLs */
export function signObject(storage: StorageAdapter, key: string, options: PresignGetOptions): Promise<PresignedRequest> {
  if (storage.presignGet) return storage.presignGet(key, options)
  throw new StowageError('unsupported', `The storage ${storage.name} signs no URLs.`)
}

function wrongSize(key: string, found: number, recorded: number): StowageError {
  return new StowageError('internal', `Object ${key} has ${found} bytes; its record says ${recorded}. Run the audit.`)
}

/** A deletion or replacement between the look-up and the read is normal; anything else is a lost object. */
async function explainMissing(deps: ServiceDeps, record: AssetRecord, key: string, cause: unknown): Promise<StowageError> {
  const present = await deps.metadata.getAsset({ kind: record.kind, id: record.id })
  if (present?.blobId !== record.blobId) return notFound()
  deps.logger.error('The object of a ready asset is missing.', { asset: record.id, kind: record.kind, key })
  return new StowageError('internal', `The object of asset ${record.id} is missing. Run the audit.`, { cause })
}
