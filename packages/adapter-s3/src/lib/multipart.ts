import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { AbortMultipartUploadCommand, ListPartsCommand, type ListPartsCommandOutput, UploadPartCommand } from '@aws-sdk/client-s3'
import { abortableBody, isStowageError, type MultipartStorage, type PartInfo, StowageError } from '@stowage/core/contracts'
import { completeUpload } from './complete.ts'
import { invalid, quoted, s3Error } from './errors.ts'
import { etagOf } from './object-info.ts'
import { beginUpload } from './own-upload.ts'
import { PartReader } from './part-reader.ts'
import { MAX_PART_BYTES, MAX_PARTS, MIB, MIN_PART_BYTES } from './part-sizes.ts'
import { withHeaders, withPayload } from './payload.ts'
import { objectAt, type Place, until } from './place.ts'
import { presignPart } from './presign.ts'
import type { Run } from './run.ts'

/** Larger parts are sent as they come, and not twice. */
const MOST_HELD_BYTES = 64 * MIB

export function multipartStorage(place: Place, run: Run): MultipartStorage & Required<Pick<MultipartStorage, 'presignPart'>> {
  return {
    minPartBytes: MIN_PART_BYTES,
    maxPartBytes: MAX_PART_BYTES,
    maxParts: MAX_PARTS,
    create: (key, { signal = new AbortController().signal, ...attributes } = {}) =>
      run(`begin ${quoted(key)}`, signal, async () => {
        const { uploadId } = await beginUpload(place, { key, attributes, write: randomUUID(), signal, checksums: false })
        return { uploadId }
      }),
    putPart: (upload, body, options = {}) =>
      run(`store part ${upload.partNumber} of ${quoted(upload.key)}`, options.signal, () =>
        putPart(place, upload, body, options),
      ),
    listParts: (key, uploadId, signal) =>
      run(`list the parts of ${quoted(key)}`, signal, () => listParts(place, { key, uploadId }, signal)),
    presignPart: (upload, options) =>
      run(`sign a part of ${quoted(upload.key)}`, undefined, async () => {
        assertPartNumber(upload.partNumber)
        return presignPart(place, upload, options)
      }),
    complete: (upload, parts, options = {}) =>
      run(`complete ${quoted(upload.key)}`, options.signal, () => completeUpload(place, upload, parts, options)),
    abort: (key, uploadId, signal) => run(`abort ${quoted(key)}`, signal, () => abortUpload(place, { key, uploadId }, signal)),
  }
}

interface Named {
  readonly key: string
  readonly uploadId: string
}

async function putPart(
  place: Place,
  ...[upload, body, options = {}]: Parameters<MultipartStorage['putPart']>
): Promise<PartInfo> {
  assertPartNumber(upload.partNumber)
  const { sizeBytes, disposableChunks: disposable, signal } = options
  const target = { ...objectAt(place, upload.key), UploadId: upload.uploadId, PartNumber: upload.partNumber }
  const reader = new PartReader(
    abortableBody(body, signal),
    { sizeBytes, maxBytes: MAX_PART_BYTES },
    { inParts: false, disposable },
  )
  try {
    if (sizeBytes !== undefined && sizeBytes > MOST_HELD_BYTES) return await streamPart(place, target, reader, options)
    const part = body instanceof Uint8Array ? await reader.readWhole() : await reader.read(MOST_HELD_BYTES)
    if (!reader.ended) throw tooLargeUnknown()
    const command = new UploadPartCommand({ ...target, Body: part.bytes, ContentLength: part.bytes.byteLength })
    const { ETag } = await place.client.send(withPayload(command, part.sha256, { kept: false }), until(signal))
    return { partNumber: upload.partNumber, sizeBytes: part.bytes.byteLength, etag: etagOf(ETag) }
  } finally {
    await reader.release()
  }
}

type Target = ConstructorParameters<typeof UploadPartCommand>[0]

/** The digest is not known before the bytes have gone: the service verifies the length, and TLS guards the way. */
async function streamPart(
  place: Place,
  target: Target,
  reader: PartReader,
  { sizeBytes = 0, signal }: { readonly sizeBytes?: number; readonly signal?: AbortSignal },
): Promise<PartInfo> {
  const Body = Readable.from(reader.chunks(), { objectMode: false })
  const broken = new AbortController()
  // The SDK would wait for a body that has failed.
  Body.on('error', error => broken.abort(error))
  const command = withHeaders(new UploadPartCommand({ ...target, Body, ContentLength: sizeBytes }), {
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
  })
  try {
    const abortSignal = signal ? AbortSignal.any([broken.signal, signal]) : broken.signal
    const { ETag } = await place.client.send(command, { abortSignal })
    return { partNumber: target.PartNumber ?? 0, sizeBytes, etag: etagOf(ETag) }
  } catch (error) {
    throw Body.errored ?? error
  } finally {
    Body.destroy()
  }
}

export async function listParts(place: Place, { key, uploadId }: Named, signal?: AbortSignal): Promise<PartInfo[]> {
  const parts = (await pagesOf(place, { key, uploadId }, signal)).flatMap(({ Parts = [] }) => Parts)
  return parts.map(({ PartNumber = 0, Size = 0, ETag }) => ({ partNumber: PartNumber, sizeBytes: Size, etag: etagOf(ETag) }))
}

/** When the newest part came; null without one, or where the upload has just ended. */
export async function newestPart(place: Place, upload: Named, signal?: AbortSignal): Promise<Date | null> {
  try {
    const dates = (await pagesOf(place, upload, signal)).flatMap(({ Parts = [] }) =>
      Parts.map(({ LastModified }) => LastModified),
    )
    return dates.reduce<Date | null>((newest, date) => (date && (!newest || date > newest) ? date : newest), null)
  } catch (cause) {
    const error = s3Error(cause, `list the parts of ${quoted(upload.key)}`, signal)
    if (isStowageError(error, 'not_found')) return null
    throw error
  }
}

async function pagesOf(place: Place, { key, uploadId }: Named, signal?: AbortSignal): Promise<ListPartsCommandOutput[]> {
  const pages: ListPartsCommandOutput[] = []
  let page: ListPartsCommandOutput | undefined
  do {
    // Some services name a next marker on the last page too.
    const after = page && { PartNumberMarker: page.NextPartNumberMarker }
    page = await place.client.send(new ListPartsCommand({ ...objectAt(place, key), UploadId: uploadId, ...after }), until(signal))
    pages.push(page)
  } while (page.IsTruncated)
  return pages
}

export async function abortUpload(place: Place, { key, uploadId }: Named, signal?: AbortSignal): Promise<void> {
  try {
    await place.client.send(new AbortMultipartUploadCommand({ ...objectAt(place, key), UploadId: uploadId }), until(signal))
  } catch (cause) {
    const error = s3Error(cause, `abort ${quoted(key)}`, signal)
    if (!isStowageError(error, 'not_found')) throw error
  }
}

function assertPartNumber(partNumber: number): void {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS)
    throw invalid(`There is no part ${partNumber}: they are numbered from 1 to ${MAX_PARTS}.`)
}

function tooLargeUnknown(): StowageError {
  return new StowageError(
    'content_too_large',
    `A part of unknown size has more than ${MOST_HELD_BYTES} bytes, the most that is held in memory. Say its size.`,
  )
}
