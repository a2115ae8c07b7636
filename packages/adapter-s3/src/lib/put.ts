import { randomUUID } from 'node:crypto'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { abortableBody, type ObjectInfo, type PutOptions, type StorageBody } from '@stowage/core/contracts'
import { kept, toSdk } from './attributes.ts'
import { invalid } from './errors.ts'
import { etagOf, infoOf, wholeSeconds } from './object-info.ts'
import { ownWrite } from './own-write.ts'
import { type Part, PartReader } from './part-reader.ts'
import { MAX_OBJECT_BYTES, partSizes } from './part-sizes.ts'
import { checksumOf, withDate, withPayload } from './payload.ts'
import { objectAt, type Place, until } from './place.ts'
import { putParts } from './put-parts.ts'

/** Stores an object: in one request where it fits into one part, else in parts. */
export async function putObject(place: Place, key: string, body: StorageBody, options: PutOptions): Promise<ObjectInfo> {
  if (options.createOnly && options.ifMatch !== undefined)
    throw invalid('A write is create-only or on condition of an ETag, not both.')
  const failed = new AbortController()
  const signals = [failed.signal, ...(options.signal ? [options.signal] : [])]
  const sizes = partSizes(place, options.sizeBytes)
  const reader = new PartReader(
    abortableBody(body, AbortSignal.any(signals)),
    { sizeBytes: options.sizeBytes, checksum: options.checksum, maxBytes: MAX_OBJECT_BYTES },
    { inParts: options.sizeBytes === undefined || options.sizeBytes > sizes(1), disposable: options.disposableChunks },
  )
  try {
    const first = await reader.read(sizes(1))
    if (reader.ended) return await putWhole(place, key, first, options)
    return await putParts(place, { key, first, reader, sizes, failed }, options)
  } finally {
    await reader.release()
  }
}

async function putWhole(place: Place, key: string, part: Part, options: PutOptions): Promise<ObjectInfo> {
  const { createOnly, ifMatch, signal } = options
  const write = randomUUID()
  let date: Date | undefined
  const command = new PutObjectCommand({
    ...objectAt(place, key),
    ...toSdk(options, write),
    ...checksumOf(place.quirks, part.sha256),
    Body: part.bytes,
    ContentLength: part.bytes.byteLength,
    ...(createOnly && { IfNoneMatch: '*' }),
    ...(ifMatch !== undefined && { IfMatch: ifMatch }),
  })
  withDate(withPayload(command, part.sha256, { kept: place.quirks.checksums }), seen => {
    date = seen
  })
  const sizeBytes = part.bytes.byteLength
  try {
    const { ETag } = await place.client.send(command, until(signal))
    return { key, sizeBytes, etag: etagOf(ETag), lastModified: wholeSeconds(date), ...kept(options) }
  } catch (error) {
    return infoOf(key, await ownWrite(place, { key, write, createOnly, ifMatch, signal }, error), sizeBytes)
  }
}
