import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type ObjectInfo, StowageError } from '@stowage/core/contracts'
import { errnoOf, throwIfAborted } from './errors.ts'
import { keySegments } from './keys.ts'
import { checkPartNumber, findUpload, MAX_PARTS, partName, removeUpload, type UploadRef } from './multipart.ts'
import { objectInfo } from './object-info.ts'
import type { Place } from './place.ts'
import { writeObject } from './publish.ts'
import { FileBody } from './read-file.ts'
import { writeBody } from './write-body.ts'

export interface CompletedPart {
  readonly partNumber: number
  readonly etag: string
}

/** Joins the named parts, in their order, into one object. Parts that are not named are dropped. */
export async function completeUpload(
  place: Place,
  upload: UploadRef,
  parts: readonly CompletedPart[],
  options: { readonly createOnly?: boolean; readonly signal?: AbortSignal },
): Promise<ObjectInfo> {
  const { createOnly = false, signal } = options
  throwIfAborted(signal)
  checkOrder(parts)
  const folder = await findUpload(place, upload)
  const segments = keySegments(upload.key, place.root.rules)
  const info = await writeObject(place, { key: upload.key, segments, createOnly, signal }, async ({ handle }) => {
    await writeBody(async () => handle, joined(folder, parts, signal), signal ? { signal } : {})
  })
  await removeUpload(place, upload.uploadId)
  return info
}

function checkOrder(parts: readonly CompletedPart[]): void {
  if (parts.length === 0 || parts.length > MAX_PARTS) {
    throw new StowageError('invalid_request', `An upload has 1 to ${MAX_PARTS} parts, not ${parts.length}.`)
  }
  for (const [index, { partNumber }] of parts.entries()) {
    checkPartNumber(partNumber)
    const before = parts[index - 1]?.partNumber ?? 0
    if (partNumber <= before) throw invalidPart(partNumber, `comes after part ${before}`)
  }
}

async function* joined(
  folder: string,
  parts: readonly CompletedPart[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  for (const part of parts) {
    const handle = await openPart(folder, part)
    try {
      const { etag, sizeBytes } = objectInfo('', await handle.stat({ bigint: true }))
      if (etag !== part.etag) throw invalidPart(part.partNumber, 'has another ETag: it was sent again')
      yield* new FileBody(handle, { start: 0, end: sizeBytes - 1 }, `part ${part.partNumber}`, signal)
    } finally {
      await handle.close()
    }
  }
}

async function openPart(folder: string, { partNumber }: CompletedPart) {
  try {
    return await open(join(folder, partName(partNumber)), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw invalidPart(partNumber, 'was never sent')
    throw error
  }
}

function invalidPart(partNumber: number, why: string): StowageError {
  return new StowageError('invalid_request', `Part ${partNumber} can't be used: it ${why}.`, { details: { partNumber } })
}
