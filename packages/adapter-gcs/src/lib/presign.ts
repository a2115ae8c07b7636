import type { File, GetSignedUrlConfig } from '@google-cloud/storage'
import {
  type PresignedRequest,
  type PresignGetOptions,
  type PresignPostOptions,
  type PresignPutOptions,
  StowageError,
} from '@stowage/core/contracts'
import { broken } from './errors.ts'
import { type Place, quoted } from './place.ts'

const LONGEST_SECONDS = 7 * 24 * 60 * 60
const PRINTABLE = /^[\x20-\x7e]+$/
const SHA256 = /^[0-9a-f]{64}$/

type Headers = Readonly<Record<string, string>>

/** @see https://cloud.google.com/storage/docs/access-control/signed-urls */
export function presignGet(place: Place, key: string, options: PresignGetOptions): Promise<PresignedRequest> {
  const { contentType, contentDisposition, expiresInSeconds } = options
  const queryParams = {
    ...(contentType !== undefined && { 'response-content-type': headerValue(contentType) }),
    ...(contentDisposition !== undefined && { 'response-content-disposition': headerValue(contentDisposition) }),
  }
  return signed(place, { key, method: 'GET', expiresInSeconds, headers: {}, queryParams })
}

/** Whoever uses the URL must send these headers: the length and the digest are demanded of the body that comes with them. */
export function presignPut(place: Place, key: string, options: PresignPutOptions): Promise<PresignedRequest> {
  const { contentType, sizeBytes, checksum, expiresInSeconds } = options
  if (checksum && !SHA256.test(checksum.value))
    throw new StowageError('invalid_request', 'A checksum is 64 lower-case hexadecimal digits of SHA-256.')
  const headers = {
    ...(contentType !== undefined && { 'content-type': headerValue(contentType) }),
    ...lengthHeader(sizeBytes),
    ...(checksum && { 'x-goog-content-sha256': checksum.value }),
  }
  return signed(place, { key, method: 'PUT', expiresInSeconds, headers, queryParams: {} })
}

export interface PartToSign {
  readonly key: string
  readonly uploadId: string
  readonly partNumber: number
}

/** @see https://cloud.google.com/storage/docs/multipart-uploads */
export function presignPart(
  place: Place,
  { key, uploadId, partNumber }: PartToSign,
  { expiresInSeconds, sizeBytes }: { readonly expiresInSeconds: number; readonly sizeBytes?: number },
): Promise<PresignedRequest> {
  const queryParams = { uploadId, partNumber: String(partNumber) }
  return signed(place, { key, method: 'PUT', expiresInSeconds, headers: lengthHeader(sizeBytes), queryParams })
}

/** @see https://cloud.google.com/storage/docs/xml-api/post-object-forms */
export async function presignPost(place: Place, key: string, options: PresignPostOptions): Promise<PresignedRequest> {
  const { contentType, minBytes = 0, maxBytes, expiresInSeconds } = options
  const expires = expiryOf(place, expiresInSeconds)
  const fields = contentType === undefined ? {} : { 'content-type': headerValue(contentType) }
  const conditions = [['content-length-range', wholeBytes(minBytes), wholeBytes(maxBytes)]]
  const made = await byLibrary(key, async () => fileOf(place, key).generateSignedPostPolicyV4({ expires, conditions, fields }))
  const [{ url, fields: all }] = made
  return { method: 'POST', url, headers: {}, fields: all, expiresAt: new Date(expires) }
}

interface Wish {
  readonly key: string
  readonly method: 'GET' | 'PUT'
  readonly expiresInSeconds: number
  readonly headers: Headers
  readonly queryParams: Readonly<Record<string, string>>
}

async function signed(place: Place, { key, method, expiresInSeconds, headers, queryParams }: Wish): Promise<PresignedRequest> {
  const expires = expiryOf(place, expiresInSeconds)
  const config: GetSignedUrlConfig = {
    version: 'v4',
    action: method === 'GET' ? 'read' : 'write',
    accessibleAt: expires - expiresInSeconds * 1000,
    expires,
    extensionHeaders: { ...headers },
    queryParams: { ...queryParams },
  }
  const [url] = await byLibrary(key, async () => fileOf(place, key).getSignedUrl(config))
  return { method, url, headers, expiresAt: new Date(expires) }
}

const fileOf = ({ service, bucket, prefix }: Place, key: string): File => service.storage.bucket(bucket).file(prefix + key)

/** Without a private key the library asks the service to sign, which may fail. */
async function byLibrary<T>(key: string, sign: () => Promise<T>): Promise<T> {
  try {
    return await sign()
  } catch (error) {
    throw broken(error, `sign a URL for ${quoted(key)}`)
  }
}

/** Whole seconds, as signatures are dated. */
function expiryOf({ now }: Place, seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_SECONDS) return (Math.floor(now() / 1000) + seconds) * 1000
  throw new StowageError('invalid_request', `A signed URL lives 1 to ${LONGEST_SECONDS} seconds (7 days), not ${seconds}.`)
}

function lengthHeader(sizeBytes: number | undefined): Headers {
  return sizeBytes === undefined ? {} : { 'x-goog-content-length-range': `${wholeBytes(sizeBytes)},${sizeBytes}` }
}

function headerValue(value: string): string {
  if (PRINTABLE.test(value)) return value
  throw new StowageError('invalid_request', `${JSON.stringify(value)} can't be a header value: it is not printable ASCII.`)
}

function wholeBytes(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new StowageError('invalid_request', `A size is a whole number of bytes, not ${value}.`)
}
