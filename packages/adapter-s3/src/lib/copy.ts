import { randomUUID } from 'node:crypto'
import { CopyObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { isStowageError, type ObjectAttributes, type ObjectInfo, type StorageAdapter } from '@stowage/core/contracts'
import { fromSdk, toSdk } from './attributes.ts'
import { copyParts } from './copy-parts.ts'
import { changed, notFound, quoted, s3Error } from './errors.ts'
import { findObject } from './head.ts'
import { etagOf, infoOf } from './object-info.ts'
import { ownWrite } from './own-write.ts'
import { GIB } from './part-sizes.ts'
import { objectAt, type Place, until } from './place.ts'
import { putObject } from './put.ts'

/** Largest object that CopyObject takes. */
const MAX_COPY_BYTES = 5 * GIB

type CopyOptions = NonNullable<Parameters<NonNullable<StorageAdapter['copy']>>[2]>
type ChangeOptions = NonNullable<Parameters<NonNullable<StorageAdapter['setAttributes']>>[2]>

/** What is copied where, and as what. */
export interface Copying {
  readonly from: string
  /** The copy is of these bytes, whatever comes to the key meanwhile. */
  readonly etag: string
  readonly sizeBytes: number
  readonly to: string
  readonly attributes: ObjectAttributes
  readonly write: string
  readonly createOnly: boolean
  readonly signal: AbortSignal | undefined
}

export async function copyObject(place: Place, from: string, to: string, options: CopyOptions): Promise<ObjectInfo> {
  const { signal, ifMatch, createOnly = false } = options
  const found = await sourceOf(place, from, ifMatch, signal)
  if (from === to) return infoOf(from, found, found.ContentLength ?? 0)
  return copy(place, copying(from, found, { to, attributes: fromSdk(found), createOnly, signal }))
}

/** Copies the object onto itself with other attributes: S3 knows no other way. */
export async function setAttributes(
  place: Place,
  key: string,
  attributes: ObjectAttributes,
  { ifMatch, signal }: ChangeOptions,
): Promise<ObjectInfo> {
  const found = await sourceOf(place, key, ifMatch, signal)
  return copy(place, copying(key, found, { to: key, attributes, createOnly: false, signal }))
}

async function sourceOf(place: Place, key: string, ifMatch?: string, signal?: AbortSignal): Promise<HeadObjectCommandOutput> {
  const found = await findObject(place, key, signal)
  if (!found) throw notFound(key)
  if (ifMatch !== undefined && etagOf(found.ETag) !== ifMatch) throw changed(key)
  return found
}

function copying(
  from: string,
  found: HeadObjectCommandOutput,
  rest: Pick<Copying, 'to' | 'attributes' | 'createOnly' | 'signal'>,
): Copying {
  return { from, etag: etagOf(found.ETag), sizeBytes: found.ContentLength ?? 0, write: randomUUID(), ...rest }
}

async function copy(place: Place, what: Copying): Promise<ObjectInfo> {
  const { from, to, sizeBytes, createOnly, attributes, signal } = what
  // A part holds a byte at least.
  if (createOnly && sizeBytes === 0 && !place.quirks.createOnlyCopy)
    return putObject(place, to, new Uint8Array(0), { ...attributes, createOnly, ...(signal && { signal }) })
  const inParts = sizeBytes > MAX_COPY_BYTES || (createOnly && !place.quirks.createOnlyCopy)
  try {
    await (inParts ? copyParts(place, what) : copyWhole(place, what))
  } catch (cause) {
    const error = s3Error(cause, `copy ${quoted(from)} to ${quoted(to)}`, signal)
    if (isStowageError(error, 'not_found')) throw notFound(from, cause)
    throw error
  }
  const found = await findObject(place, to, signal)
  if (!found) throw notFound(to)
  return infoOf(to, found, found.ContentLength ?? 0)
}

async function copyWhole(place: Place, what: Copying): Promise<void> {
  const { from, etag, to, attributes, write, createOnly, signal } = what
  const command = new CopyObjectCommand({
    ...objectAt(place, to),
    ...toSdk(attributes, write),
    MetadataDirective: 'REPLACE',
    CopySource: sourceName(place, from),
    CopySourceIfMatch: etag,
    ...(createOnly && { IfNoneMatch: '*' }),
  })
  try {
    await place.client.send(command, until(signal))
  } catch (error) {
    await ownWrite(place, { key: to, write, createOnly, signal }, error)
  }
}

/** As the header wants it: bucket and key, each segment escaped. */
export function sourceName({ bucket, prefix }: Place, key: string): string {
  return `${bucket}/${(prefix + key).split('/').map(encodeURIComponent).join('/')}`
}
