import type { JsonSchema, OpenApiHeader, OpenApiParameter } from './open-api-document.ts'

const TEXT: JsonSchema = { type: 'string' }

/** Headers that requests may have. */
const asked = {
  'Idempotency-Key':
    'Names this request: sent again within 24 hours, it is answered with what it made. 1 to 255 visible ASCII characters, in quotes or bare.',
  'If-Match': 'ETags, one of which must be the current one; or `*`.',
  'If-None-Match': 'ETags, none of which may be the current one; or `*`.',
  'If-Modified-Since': 'Looked at where there is no If-None-Match.',
  'If-Unmodified-Since': 'Looked at where there is no If-Match.',
  'If-Range': 'An ETag: where it is not the current one, Range is not looked at.',
  Range: 'One range of bytes, such as `bytes=0-499`.',
  'Content-Disposition': 'The name of a raw body, as `filename` or `filename*`.',
  'Repr-Digest': 'SHA-256 that the bytes must have, as `sha-256=:BASE64:` (RFC 9530).',
  'Tus-Resumable': '`1.0.0`.',
  'Upload-Length': 'Size of the whole file in bytes.',
  'Upload-Defer-Length': '`1`: the size is sent later, as `Upload-Length`.',
  'Upload-Metadata':
    'What the file is to be: names of text fields of the form (`filename`, `filetype`, `sha256`, …), each with its value in Base64 behind a space, and commas between them.',
  'Upload-Offset': 'Where these bytes begin: as many have come before.',
  'Upload-Checksum': 'Of the bytes of this request: `sha256`, `sha1`, `md5` or `crc32`, a space, and the digest in Base64.',
} as const

export type AskedHeader = keyof typeof asked

export function headerParameter(name: AskedHeader, required = false): OpenApiParameter {
  return { name, in: 'header', description: asked[name], ...(required && { required }), schema: TEXT }
}

/** Headers that answers have. */
const answered = {
  ETag: 'Of the record, or of the bytes where the answer is these.',
  Location: 'Where the new asset is, or the bytes that were asked for.',
  Link: 'The pages before and after this one, as `prev` and `next` (RFC 8288).',
  'Cache-Control': 'Who may keep the answer, and how long.',
  'Content-Disposition': 'Whether it may show in place, and its name.',
  'Content-Range': 'Which bytes these are, and of how many.',
  'Accept-Ranges': '`bytes`.',
  'Last-Modified': 'When the asset was last changed.',
  'Repr-Digest': 'SHA-256 of all bytes (RFC 9530).',
  'Retry-After': 'Seconds to wait.',
  'WWW-Authenticate': 'Which credentials to send.',
  'X-Request-Id': 'Under which the server has logged the request.',
  'Tus-Resumable': '`1.0.0`.',
  'Upload-Offset': 'As many bytes are kept for certain.',
  'Upload-Length': 'Size of the whole file, once it is known.',
  'Upload-Expires': 'When it ends by itself; later once more bytes have come.',
  'Stowage-Asset': 'Id of the asset, once it is there.',
  'Stowage-Upload-State': '`open`, `verifying` while the bytes are looked at, or `done`.',
  'Content-Location': 'Where the asset is.',
} as const

export type AnsweredHeader = keyof typeof answered

export function answerHeaders(...names: readonly AnsweredHeader[]): Readonly<Record<string, OpenApiHeader>> {
  return Object.fromEntries(names.map(name => [name, { description: answered[name], schema: TEXT }]))
}
