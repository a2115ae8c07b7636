import type { MultipartStorage, ObjectInfo, PartInfo } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { completeUpload } from './complete.ts'
import { isMissing } from './errors.ts'
import { type Place, quoted, xmlPath } from './place.ts'
import { presignPart } from './presign.ts'
import { putPart } from './put-part.ts'
import { headersOf } from './resource.ts'
import { elementsOf, textOf } from './xml.ts'

const MIB = 1024 ** 2
const MAX_PARTS = 10_000

/** Uploads in parts, by the XML API. @see https://cloud.google.com/storage/docs/multipart-uploads */
export function multipartStorage(at: () => Promise<Place>): MultipartStorage {
  return {
    minPartBytes: 5 * MIB,
    maxPartBytes: 5 * 1024 * MIB,
    maxParts: MAX_PARTS,
    async create(key, { signal, ...attributes } = {}) {
      const headers = { 'content-type': 'application/octet-stream', ...headersOf(attributes), 'content-length': '0' }
      const place = await at()
      const doing = `begin an upload of ${quoted(key)}`
      const { text } = await place.service.ask({ doing, method: 'POST', path: `${xmlPath(place, key)}?uploads`, headers, signal })
      const uploadId = textOf(text, 'UploadId')
      if (uploadId) return { uploadId }
      throw new StowageError('bad_gateway', `Could not ${doing}: the service gave the upload no name.`)
    },
    async putPart(upload, body, options = {}) {
      checkPartNumber(upload.partNumber)
      return putPart(await at(), upload, body, options)
    },
    listParts: async (key, uploadId, signal) => listParts(await at(), { key, uploadId }, signal),
    complete: async (upload, parts, options = {}): Promise<ObjectInfo> => completeUpload(await at(), upload, parts, options),
    async presignPart(upload, options) {
      checkPartNumber(upload.partNumber)
      return presignPart(await at(), upload, options)
    },
    abort: async (key, uploadId, signal) => abortUpload(await at(), { key, uploadId }, signal),
  }
}

export interface Upload {
  readonly key: string
  readonly uploadId: string
}

/** @see https://cloud.google.com/storage/docs/xml-api/get-object-multipart */
export async function listParts(place: Place, { key, uploadId }: Upload, signal?: AbortSignal): Promise<PartInfo[]> {
  const parts: PartInfo[] = []
  for (let marker: string | undefined; ; ) {
    const { text } = await place.service.ask({
      doing: `list the parts of ${quoted(key)}`,
      method: 'GET',
      path: xmlPath(place, key),
      query: { uploadId, 'part-number-marker': marker },
      signal,
    })
    parts.push(...elementsOf(text, 'Part').map(partIn))
    const next = textOf(text, 'NextPartNumberMarker')
    if (textOf(text, 'IsTruncated') !== 'true' || next === null) return parts
    marker = next
  }
}

function partIn(xml: string): PartInfo {
  return {
    partNumber: Number(textOf(xml, 'PartNumber')),
    sizeBytes: Number(textOf(xml, 'Size')),
    etag: textOf(xml, 'ETag') ?? '',
  }
}

/** An upload that has ended is success. @see https://cloud.google.com/storage/docs/xml-api/delete-multipart */
export async function abortUpload(place: Place, { key, uploadId }: Upload, signal?: AbortSignal): Promise<void> {
  const doing = `abort an upload of ${quoted(key)}`
  try {
    await place.service.ask({ doing, method: 'DELETE', path: xmlPath(place, key), query: { uploadId }, signal })
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

function checkPartNumber(partNumber: number): void {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= MAX_PARTS) return
  throw new StowageError('invalid_request', `Parts are numbered from 1 to ${MAX_PARTS}, not ${partNumber}.`)
}
