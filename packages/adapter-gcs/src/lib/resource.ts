import { type ObjectAttributes, type ObjectInfo, StowageError } from '@stowage/core/contracts'
import type { Place } from './place.ts'

/** What this driver reads of an object. @see https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export interface Resource {
  readonly name: string
  readonly generation: string
  readonly metageneration: string
  readonly size: string
  readonly timeCreated: string
  readonly crc32c?: string
  readonly contentType?: string
  readonly cacheControl?: string
  readonly contentDisposition?: string
  readonly contentLanguage?: string
  readonly metadata?: Readonly<Record<string, string>>
}

/** Names which write made an object, so that a lost answer does not leave it in doubt. */
export const WRITE = 'stowage-write'
/** User metadata that headers can't carry, as base64url of JSON. */
const METADATA = 'stowage-metadata'
const RESERVED = [WRITE, METADATA]

const TEXTS = ['contentType', 'cacheControl', 'contentDisposition', 'contentLanguage'] as const

/** The generation is the ETag: it changes with the bytes, and with nothing else. */
const etagOf = (generation: string): string => `"${generation}"`

/** @returns null for what was never an ETag of ours */
export function generationIn(etag: string): string | null {
  return /^"([1-9]\d{0,18})"$/.exec(etag)?.[1] ?? null
}

export function infoOf({ prefix }: Place, resource: Resource): ObjectInfo {
  const metadata = userMetadataOf(resource.metadata ?? {})
  return {
    key: resource.name.slice(prefix.length),
    sizeBytes: Number(resource.size),
    etag: etagOf(resource.generation),
    lastModified: new Date(resource.timeCreated),
    ...Object.fromEntries(TEXTS.flatMap(name => (resource[name] === undefined ? [] : [[name, resource[name]]]))),
    ...(Object.keys(metadata).length > 0 && { userMetadata: metadata }),
  }
}

function userMetadataOf({ [WRITE]: _write, [METADATA]: packed, ...plain }: Readonly<Record<string, string>>) {
  return packed === undefined ? plain : unpacked(packed, plain)
}

function unpacked(packed: string, plain: Record<string, string>): Record<string, string> {
  try {
    const value: unknown = JSON.parse(Buffer.from(packed, 'base64url').toString())
    if (typeof value === 'object' && value !== null) return { ...plain, ...(value as Record<string, string>) }
  } catch {
    // Somebody else wrote it: it is metadata like any other.
  }
  return { ...plain, [METADATA]: packed }
}

/** What a write says of its object, as JSON. */
export function saidOf(attributes: ObjectAttributes, write: string): Record<string, unknown> {
  const said = Object.fromEntries(TEXTS.flatMap(name => (attributes[name] === undefined ? [] : [[name, attributes[name]]])))
  return { ...said, metadata: { ...namesOf(attributes), [WRITE]: write } }
}

const HEADERS = { contentType: 'content-type', cacheControl: 'cache-control' } as const
const MORE_HEADERS = { contentDisposition: 'content-disposition', contentLanguage: 'content-language' } as const
const MAX_HEADER_BYTES = 8000

/** The same in headers of the XML API, which carry printable ASCII without spaces at its ends. */
export function headersOf(attributes: ObjectAttributes): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, header] of Object.entries({ ...HEADERS, ...MORE_HEADERS })) {
    const value = attributes[name as (typeof TEXTS)[number]]
    if (value !== undefined) headers[header] = value
  }
  const metadata = namesOf(attributes)
  const plain = Object.values(metadata).every(value => /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value))
  const carried = plain ? metadata : { [METADATA]: Buffer.from(JSON.stringify(metadata)).toString('base64url') }
  if ((carried[METADATA]?.length ?? 0) > MAX_HEADER_BYTES)
    throw new StowageError('invalid_request', 'The user metadata is too large for an upload in parts.')
  for (const [name, value] of Object.entries(carried)) headers[`x-goog-meta-${name}`] = value
  return headers
}

function namesOf({ userMetadata = {} }: ObjectAttributes): Readonly<Record<string, string>> {
  const reserved = RESERVED.find(name => Object.hasOwn(userMetadata, name))
  if (reserved === undefined) return userMetadata
  throw new StowageError('invalid_request', `User metadata can't be named ${reserved}: the driver uses it itself.`)
}

/** Attributes of an object that is there, as they would be said again. */
export function attributesOf(info: ObjectInfo): ObjectAttributes {
  const { key: _key, sizeBytes: _size, etag: _etag, lastModified: _date, ...attributes } = info
  return attributes
}
