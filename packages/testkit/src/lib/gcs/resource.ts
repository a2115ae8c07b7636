import type { ObjectMetadata, StoredObject } from './object-store.ts'

const TEXTS = ['contentType', 'cacheControl', 'contentDisposition', 'contentEncoding', 'contentLanguage'] as const

/** @see https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export function resourceOf(object: StoredObject, origin: string): Record<string, unknown> {
  const { bucket, name, generation, said, md5Hash, sizeBytes } = object
  const path = `${origin}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: path,
    mediaLink: `${origin}/download${path.slice(origin.length)}?generation=${generation}&alt=media`,
    bucket,
    name,
    generation,
    metageneration: String(object.metageneration),
    ...said,
    storageClass: 'STANDARD',
    size: String(sizeBytes),
    crc32c: object.crc32c,
    ...(md5Hash !== null && { md5Hash }),
    etag: Buffer.from(`${generation}/${object.metageneration}`).toString('base64'),
    timeCreated: object.timeCreated,
    updated: object.updated,
  }
}

/** What a client says of an object, as JSON; null takes something away. Objects without a type are octet streams. */
export function merged(before: ObjectMetadata, change: Readonly<Record<string, unknown>>): ObjectMetadata {
  const after: ObjectMetadata = { ...before }
  for (const name of TEXTS) {
    const value = change[name]
    if (value === null) delete after[name]
    else if (typeof value === 'string') after[name] = value
  }
  if (typeof change.temporaryHold === 'boolean') after.temporaryHold = change.temporaryHold
  if (change.metadata === null) delete after.metadata
  else if (typeof change.metadata === 'object') after.metadata = mergedNames(before.metadata ?? {}, change.metadata)
  // https://cloud.google.com/storage/docs/metadata#content-type
  after.contentType ??= 'application/octet-stream'
  return after
}

function mergedNames(before: Record<string, string>, change: object): Record<string, string> {
  const after = new Map(Object.entries(before))
  for (const [name, value] of Object.entries(change)) {
    if (value === null) after.delete(name)
    else after.set(name, String(value))
  }
  return Object.fromEntries(after)
}

const HEADERS = {
  'content-type': 'contentType',
  'cache-control': 'cacheControl',
  'content-disposition': 'contentDisposition',
  'content-encoding': 'contentEncoding',
  'content-language': 'contentLanguage',
} as const

/** What an XML API request says of the object in its headers. @see https://cloud.google.com/storage/docs/xml-api/reference-headers */
export function saidInHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): ObjectMetadata {
  const change: Record<string, unknown> = {}
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue
    if (name in HEADERS) change[HEADERS[name as keyof typeof HEADERS]] = value
    if (name.startsWith('x-goog-meta-')) metadata[name.slice('x-goog-meta-'.length)] = value
  }
  if (Object.keys(metadata).length > 0) change.metadata = metadata
  return merged({}, change)
}
