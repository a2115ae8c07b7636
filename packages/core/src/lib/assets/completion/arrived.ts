import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { ObjectInfo, PartInfo } from '../../contracts/storage.ts'
import { invalid } from '../details/details.ts'
import { bytesOfPart } from '../direct/sign.ts'
import type { CompleteUploadInput } from '../interface/direct-uploads.ts'
import { acknowledgedParts } from '../resumable/received.ts'
import type { ServiceDeps } from '../service.ts'
import type { PendingUpload } from './pending-upload.ts'
import { refused } from './refusal.ts'

/**
 * Looks whether all of the file is there, without changing anything: what is missing can still be sent.
 * @throws StowageError `conflict` for what is missing; `unprocessable` for parts that are named wrongly; a refusal for a file of another size
 */
export async function assertArrived(deps: ServiceDeps, upload: PendingUpload, input: CompleteUploadInput): Promise<void> {
  if (upload.data.method === 'multipart') await partsToJoin(deps, upload, input)
  else await wholeObject(deps, upload)
}

/** The object that the sender wrote: in one piece, or joined now from its parts. */
export function arrivedObject(deps: ServiceDeps, upload: PendingUpload, signal: AbortSignal): Promise<ObjectInfo> {
  return upload.data.method === 'multipart' ? joinedObject(deps, upload, signal) : wholeObject(deps, upload, signal)
}

async function wholeObject({ storage }: ServiceDeps, { data }: PendingUpload, signal?: AbortSignal): Promise<ObjectInfo> {
  const found = await storage.head(data.key, signal && { signal })
  if (!found)
    throw new StowageError('conflict', 'No bytes have arrived yet: send them with the `request`, then complete the upload.')
  return ofDeclaredSize(found, data.sizeBytes)
}

/** Null: they were joined before, and the answer to that was lost. */
async function partsToJoin(
  deps: ServiceDeps,
  upload: PendingUpload,
  { parts: named }: CompleteUploadInput = {},
): Promise<readonly PartInfo[] | null> {
  const { key, partCount } = upload.data
  const listed = await listedParts(deps, upload)
  if (listed === null) {
    if (await deps.storage.head(key)) return null
    throw refused(new StowageError('unprocessable', 'The storage has dropped the parts of this upload. Begin another.'))
  }
  if (upload.data.received) return acknowledgedParts(upload.data.received, listed)
  const missing = Array.from({ length: partCount ?? 0 }, (_, i) => i + 1).filter(number => !isWhole(upload, listed, number))
  if (missing.length > 0) {
    const which = missing.length > 10 ? `${missing.slice(0, 10).join(', ')} and ${missing.length - 10} more` : missing.join(', ')
    throw new StowageError('conflict', `Parts are missing or have another size: ${which}. Send them, then complete the upload.`, {
      details: { missingParts: missing.slice(0, 1000) },
    })
  }
  if (named !== undefined) checkNamed(named, listed)
  return listed
}

async function listedParts({ storage }: ServiceDeps, upload: PendingUpload): Promise<readonly PartInfo[] | null> {
  try {
    return (await storage.multipart?.listParts(upload.data.key, upload.storageUploadId ?? '')) ?? null
  } catch (error) {
    if (isStowageError(error, 'not_found')) return null
    throw error
  }
}

function isWhole({ data }: PendingUpload, listed: readonly PartInfo[], partNumber: number): boolean {
  const { partBytes, sizeBytes } = data
  const found = listed.find(part => part.partNumber === partNumber)
  return found !== undefined && partBytes !== null && found.sizeBytes === bytesOfPart({ partBytes, sizeBytes }, partNumber)
}

/** What the sender believes to have sent must be what is there. */
function checkNamed(named: NonNullable<CompleteUploadInput['parts']>, listed: readonly PartInfo[]): void {
  if (!Array.isArray(named)) throw invalid([{ pointer: '/parts', message: 'must be an array' }])
  const etags = new Map(listed.map(({ partNumber, etag }) => [partNumber, unquoted(etag)]))
  const issues = named.flatMap((part: unknown, index) => {
    const { partNumber, etag } = (typeof part === 'object' && part !== null ? part : {}) as Partial<PartInfo>
    const right = typeof partNumber === 'number' && typeof etag === 'string' && etags.get(partNumber) === unquoted(etag)
    return right ? [] : [{ pointer: `/parts/${index}`, message: 'is not what has arrived: send that part again' }]
  })
  const numbers = new Set(named.map(part => part?.partNumber))
  if (issues.length === 0 && numbers.size !== listed.length)
    issues.push({ pointer: '/parts', message: 'must name each part once' })
  if (issues.length > 0) throw invalid(issues.slice(0, 10))
}

const unquoted = (etag: string): string => etag.replace(/^"(.*)"$/, '$1')

/** Nobody writes the key after that. Where the answer is lost, or is an error after all, what lies there counts. */
async function joinedObject(deps: ServiceDeps, upload: PendingUpload, signal: AbortSignal): Promise<ObjectInfo> {
  const { storage } = deps
  const { key, sizeBytes } = upload.data
  const parts = await partsToJoin(deps, upload)
  try {
    const joined =
      parts &&
      (await storage.multipart?.complete(
        { key, uploadId: upload.storageUploadId ?? '' },
        parts.map(({ partNumber, etag }) => ({ partNumber, etag })),
        { signal, ...(storage.capabilities.createOnly && { createOnly: true }) },
      ))
    if (joined) return ofDeclaredSize(joined, sizeBytes)
  } catch (error) {
    const found = await storage.head(key).catch(() => null)
    if (found) return ofDeclaredSize(found, sizeBytes)
    // A part that was sent again in this moment.
    if (!isStowageError(error, 'invalid_request')) throw error
    throw new StowageError('conflict', 'The parts have changed while they were joined. Complete the upload again.', {
      cause: error,
    })
  }
  const found = await storage.head(key, { signal })
  if (found) return ofDeclaredSize(found, sizeBytes)
  throw new StowageError('unavailable', `The joined parts of upload ${upload.id} are not there.`)
}

function ofDeclaredSize(found: ObjectInfo, sizeBytes: number): ObjectInfo {
  if (found.sizeBytes === sizeBytes) return found
  throw refused(
    new StowageError('unprocessable', `The upload was begun for ${sizeBytes} bytes; ${found.sizeBytes} have arrived.`, {
      details: { declaredBytes: sizeBytes, receivedBytes: found.sizeBytes },
    }),
  )
}
