import type { AssetRecord } from '../../contracts/asset.ts'
import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { PresignedRequest, PresignGetOptions, StorageAdapter } from '../../contracts/storage.ts'
import type { BoundKind } from '../../kinds/kind.ts'
import { notFound } from '../../policy/guard.ts'
import { assertReadable } from '../../processing/readable.ts'
import { storageOf } from '../../storage/storage-of.ts'
import type { Asset } from '../interface/asset.ts'
import type { AssetContent, OpenedContent, OpenOptions } from '../interface/reading.ts'
import { toAsset } from '../record.ts'
import type { ServiceDeps } from '../service.ts'

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
    return { key: blob.key, storage: storageOf(deps, blob) }
  }
  return {
    asset,
    countDownload: kind.countDownloads ? () => deps.downloads.count(kind.name, record.id) : noCount,
    async signUrl(options) {
      const { storage, key } = await locate()
      return signObject(storage, key, options)
    },
    open: (options = {}) =>
      openWhereItLies(locate, ({ storage, key }) => openObject(storage, key, asset.sizeBytes, options), {
        missing: (key, error) => explainMissing(deps, record, key, error),
      }),
  }
}

export const noCount = (): void => undefined

function hasBytes(asset: Asset): asset is AssetContent['asset'] {
  return asset.sizeBytes !== null && asset.sha256 !== null && asset.contentType !== null
}

interface Place {
  readonly storage: StorageAdapter
  readonly key: string
}

/** Looks again where an object is missing: its row may have been switched to another storage since it was read. */
export async function openWhereItLies<T>(
  locate: (again?: boolean) => Promise<Place>,
  open: (place: Place) => Promise<T>,
  { missing }: { readonly missing: (key: string, cause: unknown) => Promise<StowageError> },
): Promise<T> {
  const first = await locate()
  try {
    return await open(first)
  } catch (error) {
    if (!isStowageError(error, 'not_found')) throw error
    const second = await locate(true)
    if (second.storage === first.storage) throw await missing(first.key, error)
    return open(second)
  }
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
