import { createHash } from 'node:crypto'
import { CompleteMultipartUploadCommand } from '@aws-sdk/client-s3'
import { isStowageError, type MultipartStorage, type ObjectInfo, StowageError } from '@stowage/core/contracts'
import { invalid, quoted, s3Error, taken } from './errors.ts'
import { findObject, headObject } from './head.ts'
import { listParts } from './multipart.ts'
import { bareEtag } from './object-info.ts'
import { objectAt, type Place, until } from './place.ts'

type Complete = Parameters<MultipartStorage['complete']>
type Upload = Complete[0]
type Parts = Complete[1]

export async function completeUpload(
  place: Place,
  upload: Upload,
  parts: Parts,
  options: NonNullable<Complete[2]>,
): Promise<ObjectInfo> {
  const { key, uploadId } = upload
  const { createOnly, signal } = options
  assertParts(parts)
  const { createOnlyComplete } = place.quirks
  if (createOnly && !createOnlyComplete && (await findObject(place, key, signal))) throw taken(key)
  const command = new CompleteMultipartUploadCommand({
    ...objectAt(place, key),
    UploadId: uploadId,
    MultipartUpload: { Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })) },
    ...(createOnly && createOnlyComplete && { IfNoneMatch: '*' }),
  })
  try {
    await place.client.send(command, until(signal))
  } catch (cause) {
    return outcome(place, upload, parts, { signal, createOnly, error: s3Error(cause, `complete ${quoted(key)}`, signal) })
  }
  const info = await headObject(place, key, signal)
  if (info) return info
  throw s3Error({ name: 'NoSuchKey' }, `find ${quoted(key)} after it was completed`)
}

interface Failed {
  readonly error: StowageError
  readonly createOnly: boolean | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * What became of a completion that failed: an earlier try, or an earlier call, may have done it. Then the upload is gone, and the object has the
 * ETag that follows from the parts.
 */
async function outcome(place: Place, upload: Upload, parts: Parts, { error, createOnly, signal }: Failed): Promise<ObjectInfo> {
  if (!error.retryable && !isStowageError(error, 'not_found', 'precondition_failed')) throw error
  // The first error says more than one of these questions.
  const info = await headObject(place, upload.key, signal).catch(() => null)
  const gone = await isGone(place, upload, signal)
  if (info && gone && bareEtag(info.etag) === joinedEtag(parts)) return info
  if (createOnly && info && isStowageError(error, 'precondition_failed', 'conflict')) throw taken(upload.key, error.cause)
  throw gone ? noUpload(upload, error.cause) : error
}

async function isGone(place: Place, upload: Upload, signal: AbortSignal | undefined): Promise<boolean> {
  return listParts(place, upload, signal).then(
    () => false,
    error => isStowageError(s3Error(error, 'list parts'), 'not_found'),
  )
}

// Ceph answers 500 to the completion of an upload that was aborted.
function noUpload({ key, uploadId }: Upload, cause: unknown): StowageError {
  return new StowageError('not_found', `There is no unfinished upload ${quoted(uploadId)} of ${quoted(key)}.`, { cause })
}

/** What S3 makes of the parts' ETags where those are MD5 digests. */
function joinedEtag(parts: Parts): string {
  const digests = parts.map(({ etag }) => Buffer.from(bareEtag(etag), 'hex'))
  return `${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts.length}`
}

function assertParts(parts: Parts): void {
  if (parts.length === 0) throw invalid('An upload without parts can not be completed.')
  for (const [index, { partNumber }] of parts.entries()) {
    if (partNumber <= (parts[index - 1]?.partNumber ?? 0)) throw invalid(`Part ${partNumber} is out of order.`)
  }
}
