import { type CompletedPart, UploadPartCopyCommand } from '@aws-sdk/client-s3'
import { StowageError } from '@stowage/core/contracts'
import type { Copying } from './copy.ts'
import { sourceName } from './copy.ts'
import { etagOf } from './object-info.ts'
import { beginUpload, completeOwn, giveUp, type Upload } from './own-upload.ts'
import { GIB, MAX_PARTS, MIB } from './part-sizes.ts'
import { objectAt, type Place, until } from './place.ts'

/** Copies in parts what is too large for one request, or must not take a key that is in use. The bytes stay with the service. */
export async function copyParts(place: Place, what: Copying): Promise<void> {
  const { to: key, attributes, write, sizeBytes, createOnly } = what
  const signal = what.signal ?? new AbortController().signal
  const upload = await beginUpload(place, { key, attributes, write, signal, checksums: false })
  try {
    const parts = await sendAll(upload, what)
    await completeOwn(upload, parts, sizeBytes, { createOnly })
  } catch (error) {
    await giveUp(upload)
    throw error
  }
}

async function sendAll(upload: Upload, what: Copying): Promise<CompletedPart[]> {
  const partBytes = Math.max(GIB / 2, Math.ceil(what.sizeBytes / MAX_PARTS / MIB) * MIB)
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
