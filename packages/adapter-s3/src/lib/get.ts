import type { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import {
  type ByteRange,
  type GetOptions,
  isStowageError,
  type ObjectContent,
  resolveRange,
  StowageError,
} from '@stowage/core/contracts'
import { bodyOf } from './body.ts'
import { changed, notFound, quoted, s3Error } from './errors.ts'
import { headObject } from './head.ts'
import { infoOf } from './object-info.ts'
import { objectAt, type Place, until } from './place.ts'

export async function getObject(place: Place, key: string, options: GetOptions): Promise<ObjectContent> {
  const { range: asked, signal } = options
  const found = await send(place, key, options)
  const stream = found.Body as Readable
  try {
    const sizeBytes = sizeOf(found)
    const info = infoOf(key, found, sizeBytes)
    const range = resolveRange(asked, sizeBytes)
    const expected = range ? range.end - range.start + 1 : sizeBytes
    if (found.ContentLength !== expected)
      throw new StowageError('bad_gateway', `The service answered another range of ${quoted(key)}.`)
    return { info, range, body: bodyOf(stream, { key, sizeBytes: expected, timeoutMs: place.timeoutMs, signal }) }
  } catch (error) {
    stream.on('error', () => undefined).destroy()
    throw error
  }
}

async function send(place: Place, key: string, { range, ifMatch, signal }: GetOptions): Promise<GetObjectCommandOutput> {
  const command = new GetObjectCommand({
    ...objectAt(place, key),
    ...(range && { Range: headerOf(range) }),
    ...(ifMatch !== undefined && { IfMatch: ifMatch }),
  })
  try {
    return await place.client.send(command, until(signal))
  } catch (cause) {
    const error = s3Error(cause, `read ${quoted(key)}`, signal)
    if (isStowageError(error, 'not_found')) throw notFound(key, cause)
    if (isStowageError(error, 'precondition_failed')) throw changed(key, cause)
    throw isStowageError(error, 'range_not_satisfiable') ? await outside(place, key, range, error) : error
  }
}

/** The service does not say how large the object is. */
async function outside(place: Place, key: string, range: ByteRange | undefined, error: StowageError): Promise<unknown> {
  const info = await headObject(place, key)
  if (!info) return notFound(key, error.cause)
  try {
    resolveRange(range, info.sizeBytes)
  } catch (withSize) {
    return withSize
  }
  return changed(key, error.cause)
}

/** RFC 9110 §14.4: `bytes 0-9/100`. */
function sizeOf({ ContentRange, ContentLength = 0 }: GetObjectCommandOutput): number {
  const total = /\/(\d+)$/.exec(ContentRange ?? '')?.[1]
  return total === undefined ? ContentLength : Number(total)
}

function headerOf(range: ByteRange): string {
  return 'suffix' in range ? `bytes=-${range.suffix}` : `bytes=${range.start}-${range.end ?? ''}`
}
