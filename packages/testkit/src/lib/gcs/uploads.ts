import { type Answer, type Exchange, json } from './exchange.ts'
import { GcsError } from './gcs-error.ts'
import { type Hashes, hashesOfBytes } from './hashes.ts'
import type { ObjectStore, Place } from './object-store.ts'
import { preconditionOf } from './preconditions.ts'
import { collect, fileOf } from './receive.ts'
import { merged, resourceOf } from './resource.ts'

/** Uploads of one request. @see https://cloud.google.com/storage/docs/uploads-downloads#uploads */
export async function uploadAtOnce(store: ObjectStore, exchange: Exchange, bucket: string): Promise<Answer> {
  store.bucket(bucket)
  const type = String(exchange.headers['content-type'] ?? '')
  const bytes = await collect(exchange.body)
  const related = exchange.query.get('uploadType') === 'multipart'
  const { resource, content } = related ? partsOf(bytes, type) : { resource: { contentType: type || undefined }, content: bytes }
  const name = exchange.query.get('name') ?? ('name' in resource ? resource.name : null)
  if (typeof name !== 'string' || name === '') throw new GcsError(400, 'required', 'Required parameter: name')
  const file = await fileOf(content, store.newFile())
  const hashed = hashesOfBytes(content)
  const expected = { ...hashesIn(exchange.headers['x-goog-hash']), ...resource }
  const precondition = () => {
    preconditionOf(exchange.query)(store.find(bucket, name))
    checkHashes(hashed, expected)
  }
  const place: Place = { bucket, name }
  return json(resourceOf(await store.put(place, merged({}, resource), file, { hashed, precondition }), exchange.origin))
}

type Expected = Readonly<Record<string, unknown>>

/** Hashes that the client states and the bytes don't have refuse the upload. @see https://cloud.google.com/storage/docs/data-validation */
export function checkHashes(actual: Hashes, expected: Expected): void {
  for (const name of ['crc32c', 'md5Hash'] as const) {
    const stated = expected[name]
    if (typeof stated !== 'string' || stated === actual[name]) continue
    throw new GcsError(400, 'invalid', `Provided ${name} "${stated}" doesn't match calculated ${name} "${actual[name]}".`)
  }
}

/** @see https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash */
export function hashesIn(header: string | string[] | undefined): { crc32c?: string; md5Hash?: string } {
  const hashes: { crc32c?: string; md5Hash?: string } = {}
  for (const each of String(header ?? '').split(',')) {
    const [, name, value] = /^\s*(crc32c|md5)=(\S+)\s*$/.exec(each) ?? []
    if (value !== undefined) hashes[name === 'md5' ? 'md5Hash' : 'crc32c'] = value
  }
  return hashes
}

/** `multipart/related`: a part of JSON, then one of bytes. @see RFC 2387 */
function partsOf(bytes: Buffer, type: string): { resource: Record<string, unknown>; content: Buffer } {
  const [, quoted, plain] = /^multipart\/related;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? []
  const delimiter = Buffer.from(`--${quoted ?? plain ?? ''}`)
  const [first, second] = [bytes.indexOf(delimiter), bytes.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]))]
  const end = bytes.lastIndexOf(Buffer.concat([Buffer.from('\r\n'), delimiter, Buffer.from('--')]))
  if (delimiter.byteLength < 3 || first !== 0 || second < 0 || end <= second) throw malformed()
  const said = bodyOf(bytes.subarray(first + delimiter.byteLength, second))
  const media = bodyOf(bytes.subarray(second + 2 + delimiter.byteLength, end))
  const mediaType = /^content-type:\s*(.+)$/im.exec(media.head)?.[1]?.trim()
  try {
    const resource: unknown = JSON.parse(said.content.toString())
    if (typeof resource !== 'object' || resource === null) throw malformed()
    return { resource: { ...(mediaType !== undefined && { contentType: mediaType }), ...resource }, content: media.content }
  } catch {
    throw malformed()
  }
}

function bodyOf(part: Buffer): { head: string; content: Buffer } {
  const end = part.indexOf('\r\n\r\n')
  if (end < 0) throw malformed()
  return { head: part.subarray(0, end).toString(), content: part.subarray(end + 4) }
}

const malformed = () => new GcsError(400, 'badContent', 'Malformed multipart body.')
