import { type CompletedPart, UploadPartCopyCommand } from '@aws-sdk/client-s3'
import { StowageError } from '@stowage/core/contracts'
import type { Copying } from './copy.ts'
import { sourceName } from './copy.ts'
import { changed } from './errors.ts'
import { findObject } from './head.ts'
import { etagOf } from './object-info.ts'
import { beginUpload, completeOwn, giveUp, type Upload } from './own-upload.ts'
import { GIB, MAX_PARTS, MIB } from './part-sizes.ts'
import { objectAt, type Place, until } from './place.ts'

/** Of parts that bytes are copied in: no process holds them. */
const LEAST_PART_BYTES = GIB / 2

/**
 * Copies in parts what is too large for one request, or must not take a key that is in use. The bytes stay with the service.
 * @param leastPartBytes for tests: objects of several parts are large
 */
export async function copyParts(place: Place, what: Copying, leastPartBytes = LEAST_PART_BYTES): Promise<void> {
  const { to: key, attributes, write, sizeBytes, createOnly } = what
  const signal = what.signal ?? new AbortController().signal
  const upload = await beginUpload(place, { key, attributes, write, signal, checksums: false })
  try {
    const parts = await sendAll(upload, what, leastPartBytes)
    await assertUnchanged(place, what)
    await completeOwn(upload, parts, sizeBytes, { createOnly })
  } catch (error) {
    await giveUp(upload)
    throw error
  }
}

/** Some services, Ceph among them, copy parts of what lies there by now, whatever the condition says. */
async function assertUnchanged(place: Place, { from, etag, signal }: Copying): Promise<void> {
  const found = await findObject(place, from, signal)
  if (!found || etagOf(found.ETag) !== etag) throw changed(from)
}

async function sendAll(upload: Upload, what: Copying, leastPartBytes: number): Promise<CompletedPart[]> {
  const partBytes = Math.max(leastPartBytes, Math.ceil(what.sizeBytes / MAX_PARTS / MIB) * MIB)
  const count = Math.ceil(what.sizeBytes / partBytes)
  const parts: CompletedPart[] = []
  for (let first = 0; first < count; first += upload.place.partsAtOnce) {
    const numbers = Array.from({ length: Math.min(upload.place.partsAtOnce, count - first) }, (_, i) => first + i + 1)
    parts.push(...(await allSettled(numbers.map(partNumber => copyPart(upload, what, partNumber, partBytes)))))
  }
  return parts
}

/** Like `Promise.all`, but nothing is under way any more when it fails. */
async function allSettled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

async function copyPart(upload: Upload, what: Copying, PartNumber: number, partBytes: number): Promise<CompletedPart> {
  const start = (PartNumber - 1) * partBytes
  const end = Math.min(start + partBytes, what.sizeBytes) - 1
  const command = new UploadPartCopyCommand({
    ...objectAt(upload.place, upload.key),
    UploadId: upload.uploadId,
    PartNumber,
    CopySource: sourceName(upload.place, what.from),
    CopySourceIfMatch: what.etag,
    CopySourceRange: `bytes=${start}-${end}`,
  })
  const { CopyPartResult } = await upload.place.client.send(command, until(upload.signal))
  if (!CopyPartResult) throw new StowageError('bad_gateway', 'The service named no part that it copied.')
  return { PartNumber, ETag: etagOf(CopyPartResult.ETag) }
}
