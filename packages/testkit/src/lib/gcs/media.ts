import { type Answer, type Exchange, empty } from './exchange.ts'
import { GcsError } from './gcs-error.ts'
import type { StoredObject } from './object-store.ts'

/**
 * An object's bytes, or a range of them.
 * @see https://cloud.google.com/storage/docs/xml-api/get-object-download
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/get
 */
export function mediaOf(object: StoredObject, { method, headers, query }: Exchange): Answer {
  const { sizeBytes, file } = object
  const all = { ...objectHeaders(object), ...overrides(query) }
  const range = rangeOf(String(headers.range ?? ''), sizeBytes)
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 }
  const told = { ...all, 'content-length': String(end - start + 1) }
  if (method === 'HEAD') return empty(200, told)
  const body = { file, start, sizeBytes: end - start + 1 }
  if (!range) return { status: 200, headers: told, body }
  return { status: 206, headers: { ...told, 'content-range': `bytes ${start}-${end}/${sizeBytes}` }, body }
}

/** @see https://cloud.google.com/storage/docs/xml-api/reference-headers */
function objectHeaders(object: StoredObject): Record<string, string> {
  const { said, md5Hash } = object
  const metadata = Object.entries(said.metadata ?? {}).map(([name, value]) => [`x-goog-meta-${name}`, value] as const)
  const plain = metadata.filter(([, value]) => /^[\x20-\x7e]*$/.test(value))
  return {
    ...Object.fromEntries(plain),
    ...xmlIdentity(object),
    'x-goog-stored-content-length': String(object.sizeBytes),
    'x-goog-stored-content-encoding': said.contentEncoding ?? 'identity',
    'x-goog-hash': `crc32c=${object.crc32c}${md5Hash === null ? '' : `,md5=${md5Hash}`}`,
    'x-goog-storage-class': 'STANDARD',
    'accept-ranges': 'bytes',
    'last-modified': new Date(object.updated).toUTCString(),
    'content-type': said.contentType ?? 'application/octet-stream',
    ...(said.cacheControl !== undefined && { 'cache-control': said.cacheControl }),
    ...(said.contentDisposition !== undefined && { 'content-disposition': said.contentDisposition }),
    ...(said.contentEncoding !== undefined && { 'content-encoding': said.contentEncoding }),
    ...(said.contentLanguage !== undefined && { 'content-language': said.contentLanguage }),
  }
}

/** The XML API's ETag is the MD5, where an object has one. @see https://cloud.google.com/storage/docs/hashes-etags */
export function xmlIdentity(object: StoredObject): Record<string, string> {
  const { md5Hash, generation } = object
  const tag = md5Hash === null ? `-${generation}` : Buffer.from(md5Hash, 'base64').toString('hex')
  return { etag: `"${tag}"`, 'x-goog-generation': generation, 'x-goog-metageneration': String(object.metageneration) }
}

function overrides(query: URLSearchParams): Record<string, string> {
  const type = query.get('response-content-type')
  const disposition = query.get('response-content-disposition')
  return { ...(type !== null && { 'content-type': type }), ...(disposition !== null && { 'content-disposition': disposition }) }
}

/** Null where the whole is asked for; a header that is no single byte range counts for nothing. @see RFC 9110 §14.2 */
function rangeOf(header: string, sizeBytes: number): { start: number; end: number } | null {
  const [match, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? []
  if (match === undefined || (first === '' && last === '')) return null
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (first !== '' && last !== '' && Number(last) < start) return null
  if (start > end) throw new GcsError(416, 'InvalidRange', 'The requested range cannot be satisfied.')
  return { start, end }
}
