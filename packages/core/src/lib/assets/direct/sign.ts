import { StowageError } from '../../contracts/errors.ts'
import type { PartInfo, PresignedRequest } from '../../contracts/storage.ts'
import { findUpload, type PendingUpload, sourceOf, whereBegun } from '../completion/pending-upload.ts'
import { invalid } from '../details/details.ts'
import type { SignedPart } from '../interface/direct-uploads.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'

const MAX_NUMBERS = 1000
const MAX_URL_SECONDS = 7 * 24 * 60 * 60

/** What sends the whole file; null where it goes in parts. */
export async function signWhole(
  { storage, clock, timing }: ServiceDeps,
  upload: PendingUpload,
  key: string,
): Promise<PresignedRequest | null> {
  const { method, sizeBytes, sha256 } = upload.data
  const expiresInSeconds = secondsLeft(upload, clock.now(), timing.directUrlMs)
  const contentType = signedType(storage.capabilities, upload)
  if (method === 'put') {
    const checksum = sha256 === null ? {} : { checksum: { algorithm: 'sha256', value: sha256 } as const }
    return (await storage.presignPut?.(key, { expiresInSeconds, sizeBytes, ...contentType, ...checksum })) ?? null
  }
  if (method === 'multipart') return null
  return (
    (await storage.presignPost?.(key, { expiresInSeconds, minBytes: sizeBytes, maxBytes: sizeBytes, ...contentType })) ?? null
  )
}

/** Where a storage keeps types, the sender may not choose another one than was declared. */
export function signedType(
  { attributes }: { readonly attributes: boolean },
  { data }: Pick<PendingUpload, 'data'>,
): { readonly contentType?: string } {
  return attributes ? { contentType: data.contentType ?? 'application/octet-stream' } : {}
}

/** Signs requests for parts of an open upload. @throws StowageError `conflict` once it is complete; `unprocessable` for numbers that it does not have */
export async function signParts(
  service: ServiceDeps,
  scope: ServiceScope,
  id: string,
  partNumbers: readonly number[],
): Promise<readonly SignedPart[]> {
  const upload = await findUpload(service, scope, id)
  const { phase, partBytes, partCount, sizeBytes } = upload.data
  const deps = whereBegun(service, upload)
  const presignPart = deps.storage.multipart?.presignPart
  if (partBytes === null || partCount === null || upload.storageUploadId === null || !presignPart) {
    throw new StowageError('conflict', 'This upload has no parts: send the whole file with its `request`.')
  }
  if (phase !== 'open') throw new StowageError('conflict', 'This upload takes no more parts: it is complete, or has failed.')
  checkNumbers(partNumbers, partCount)
  const { key } = await sourceOf(deps, upload)
  const expiresInSeconds = secondsLeft(upload, deps.clock.now(), deps.timing.directUrlMs)
  const part = { key, uploadId: upload.storageUploadId }
  return Promise.all(
    partNumbers.map(async partNumber => ({
      partNumber,
      request: await presignPart(
        { ...part, partNumber },
        { expiresInSeconds, sizeBytes: bytesOfPart({ partBytes, sizeBytes }, partNumber) },
      ),
    })),
  )
}

/** How long each part has to be: the last one is shorter, or as long. */
export function bytesOfPart(
  { partBytes, sizeBytes }: { readonly partBytes: number; readonly sizeBytes: number },
  partNumber: number,
): number {
  return Math.min(partBytes, sizeBytes - (partNumber - 1) * partBytes)
}

/** What the storage has of an open upload. */
export async function partsOf(deps: ServiceDeps, upload: PendingUpload): Promise<readonly PartInfo[]> {
  const { multipart } = deps.storage
  if (upload.data.phase !== 'open' || upload.storageUploadId === null || !multipart) return []
  return multipart.listParts((await sourceOf(deps, upload)).key, upload.storageUploadId)
}

function checkNumbers(numbers: readonly number[], partCount: number): void {
  if (!Array.isArray(numbers) || numbers.length === 0 || numbers.length > MAX_NUMBERS) {
    throw invalid([{ pointer: '/partNumbers', message: `must be 1 to ${MAX_NUMBERS} numbers` }])
  }
  const wrong = numbers.findIndex(number => !Number.isInteger(number) || number < 1 || number > partCount)
  if (wrong >= 0) throw invalid([{ pointer: `/partNumbers/${wrong}`, message: `must be a whole number from 1 to ${partCount}` }])
}

function secondsLeft({ expiresAt }: PendingUpload, now: number, urlMs: number): number {
  return Math.min(MAX_URL_SECONDS, Math.max(1, Math.floor(Math.min(urlMs, expiresAt - now) / 1000)))
}
