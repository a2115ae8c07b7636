import { type ObjectInfo, type PartInfo, StowageError } from '@stowage/core/contracts'
import { isMissing, refused, taken } from './errors.ts'
import { findResource } from './head.ts'
import { listParts, type Upload } from './multipart.ts'
import { type Place, quoted, xmlPath } from './place.ts'
import { infoOf, type Resource } from './resource.ts'
import { refusalIn } from './service.ts'
import { escaped, textOf } from './xml.ts'

type Named = Pick<PartInfo, 'partNumber' | 'etag'>
interface Options {
  readonly createOnly?: boolean
  readonly signal?: AbortSignal
}

/**
 * Joins the parts. The service knows no conditions here, so that `createOnly` is a look before the leap: two that complete the same key
 * in the same moment may both succeed, which keys that are never used twice rule out.
 * @see https://cloud.google.com/storage/docs/request-preconditions
 */
export async function completeUpload(
  place: Place,
  upload: Upload,
  parts: readonly Named[],
  options: Options,
): Promise<ObjectInfo> {
  const { createOnly = false, signal } = options
  const sizeBytes = checkedSize(parts, await listParts(place, upload, signal))
  const before = await findResource(place, upload.key, signal)
  if (createOnly && before) throw taken(upload.key)
  const made = await settle(place, { upload, parts, sizeBytes, before, signal })
  return infoOf(place, made)
}

interface Completion {
  readonly upload: Upload
  readonly parts: readonly Named[]
  readonly sizeBytes: number
  readonly before: Resource | null
  readonly signal: AbortSignal | undefined
}

/** Where an answer was lost, the upload is gone and an object of its size has come. */
async function settle(place: Place, completion: Completion): Promise<Resource> {
  const { upload, sizeBytes, before, signal } = completion
  let inDoubt = false
  for (let n = 1; ; n += 1) {
    try {
      await send(place, completion)
      return await whatIsThere(place, upload, signal)
    } catch (error) {
      if (inDoubt && isMissing(error)) {
        const found = await whatIsThere(place, upload, signal)
        if (found.generation !== before?.generation && Number(found.size) === sizeBytes) return found
      }
      inDoubt = true
      await place.service.pauseAfter(error, n, signal)
    }
  }
}

async function send(place: Place, { upload: { key, uploadId }, parts, signal }: Completion): Promise<void> {
  const doing = `complete an upload of ${quoted(key)}`
  const listed = parts.map(({ partNumber, etag }) => {
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`
  })
  const bytes = Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`)
  const answer = await place.service.once({
    doing,
    method: 'POST',
    path: xmlPath(place, key),
    query: { uploadId },
    body: { chunks: () => [bytes], sizeBytes: bytes.byteLength, contentType: 'application/xml' },
    signal,
  })
  if (answer.status >= 300) throw refused(refusalIn(answer), doing)
  // What takes long may be answered 200 before it has failed.
  const code = textOf(answer.text, 'Code')
  if (answer.text.includes('<Error>') && code !== null) throw refused({ ...refusalIn(answer), status: 503 }, doing)
}

async function whatIsThere(place: Place, { key }: Upload, signal: AbortSignal | undefined): Promise<Resource> {
  const found = await findResource(place, key, signal)
  if (found) return found
  throw new StowageError('not_found', `The upload of ${quoted(key)} was completed, but its object is gone already.`)
}

/** Parts that are there, each once and in order. @returns the size of all of them */
function checkedSize(parts: readonly Named[], present: readonly PartInfo[]): number {
  if (parts.length === 0) throw new StowageError('invalid_request', 'An upload without parts.')
  const known = new Map(present.map(part => [part.partNumber, part]))
  let sizeBytes = 0
  let last = 0
  for (const { partNumber, etag } of parts) {
    const part = known.get(partNumber)
    if (part?.etag !== etag) throw new StowageError('invalid_request', `Part ${partNumber} is missing or was sent again.`)
    if (partNumber <= last) throw new StowageError('invalid_request', `Part ${partNumber} is out of order.`)
    last = partNumber
    sizeBytes += part.sizeBytes
  }
  return sizeBytes
}
