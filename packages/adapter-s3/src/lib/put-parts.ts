import { randomUUID } from 'node:crypto'
import { type CompletedPart, UploadPartCommand } from '@aws-sdk/client-s3'
import { disposeChunk, type ObjectInfo, type PutOptions, StowageError } from '@stowage/core/contracts'
import { quoted, s3Error } from './errors.ts'
import { etagOf } from './object-info.ts'
import { beginUpload, completeOwn, giveUp, type Upload } from './own-upload.ts'
import type { Part, PartReader } from './part-reader.ts'
import { MAX_PARTS, partsAtOnce } from './part-sizes.ts'
import { checksumOf, withPayload } from './payload.ts'
import { objectAt, type Place, until } from './place.ts'

interface Parts {
  readonly key: string
  readonly first: Part
  readonly reader: PartReader
  readonly sizes: (partNumber: number) => number
  /** Ends the reading, and what is under way, once anything failed. */
  readonly failed: AbortController
}

/** Stores an object in parts, some at once. Whatever fails, the service keeps nothing of them. */
export async function putParts(place: Place, parts: Parts, options: PutOptions): Promise<ObjectInfo> {
  const { key, failed, reader } = parts
  const signal = options.signal ? AbortSignal.any([failed.signal, options.signal]) : failed.signal
  const { checksums } = place.quirks
  const upload = await beginUpload(place, { key, attributes: options, write: randomUUID(), signal, checksums })
  try {
    const sent = await sendParts(upload, parts)
    return await completeOwn(upload, sent, reader.sizeBytes, options)
  } catch (error) {
    await giveUp(upload)
    throw error
  }
}

/** In order. Once this has settled, nothing is under way any more. */
async function sendParts(upload: Upload, { first, reader, sizes, failed }: Parts): Promise<CompletedPart[]> {
  const done: CompletedPart[] = []
  const underWay = new Set<Promise<void>>()
  const free: Buffer[] = []
  const start = (partNumber: number, part: Part): void => {
    const sending = sendPart(upload, partNumber, part).then(
      sent => {
        done[partNumber - 1] = sent
        underWay.delete(sending)
        free.push(part.bytes)
      },
      error => failed.abort(s3Error(error, `store ${quoted(upload.key)}`, upload.signal)),
    )
    underWay.add(sending)
  }
  try {
    start(1, first)
    for (let partNumber = 2; !reader.ended; partNumber += 1) {
      if (partNumber > MAX_PARTS) throw new StowageError('content_too_large', `The body has more than ${MAX_PARTS} parts.`)
      const partBytes = sizes(partNumber)
      while (underWay.size >= partsAtOnce(upload.place, partBytes) && !upload.signal.aborted) await Promise.race(underWay)
      upload.signal.throwIfAborted()
      start(partNumber, await reader.read(partBytes, free.pop()))
    }
  } catch (error) {
    failed.abort(error)
    throw error
  } finally {
    await Promise.all(underWay)
  }
  upload.signal.throwIfAborted()
  // The service has all of them: no request reads this memory any more, and the collector would let it lie for long.
  for (const bytes of free) disposeChunk(bytes)
  return done
}

async function sendPart({ place, key, uploadId, signal }: Upload, PartNumber: number, part: Part): Promise<CompletedPart> {
  const checksum = checksumOf(place.quirks, part.sha256)
  const command = new UploadPartCommand({
    ...objectAt(place, key),
    ...checksum,
    UploadId: uploadId,
    PartNumber,
    Body: part.bytes,
    ContentLength: part.bytes.byteLength,
  })
  const { ETag } = await place.client.send(withPayload(command, part.sha256, { kept: place.quirks.checksums }), until(signal))
  return { PartNumber, ETag: etagOf(ETag), ...(checksum.ChecksumSHA256 && { ChecksumSHA256: checksum.ChecksumSHA256 }) }
}
