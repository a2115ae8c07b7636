import { GetObjectCommand, HeadBucketCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import {
  type MultipartStorage,
  type PresignedRequest,
  type PresignGetOptions,
  type PresignPutOptions,
  StowageError,
} from '@stowage/core/contracts'
import { invalid } from './errors.ts'
import { checksumOf, withHeaders } from './payload.ts'
import { objectAt, type Place } from './place.ts'

const LONGEST_SECONDS = 7 * 24 * 60 * 60
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/
const SHA256 = /^[0-9a-f]{64}$/
/** What a browser or `fetch` sends unasked where no type is said: whatever it is, it must be the one that was signed. */
const UNKNOWN_TYPE = 'application/octet-stream'

type Command = GetObjectCommand | PutObjectCommand | UploadPartCommand
type PartOf = Parameters<NonNullable<MultipartStorage['presignPart']>>

export async function presignGet(place: Place, key: string, options: PresignGetOptions): Promise<PresignedRequest> {
  const { contentType, contentDisposition } = options
  const command = new GetObjectCommand({
    ...objectAt(place, key),
    ...(contentType !== undefined && { ResponseContentType: headerValue(contentType) }),
    ...(contentDisposition !== undefined && { ResponseContentDisposition: headerValue(contentDisposition) }),
  })
  return sign(place, 'GET', command, options.expiresInSeconds, {})
}

export async function presignPut(place: Place, key: string, options: PresignPutOptions): Promise<PresignedRequest> {
  const { contentType = UNKNOWN_TYPE, sizeBytes, checksum, expiresInSeconds } = options
  const type = { 'content-type': headerValue(contentType) }
  const digest = checksum && {
    'x-amz-checksum-sha256': digestValue(place, checksum.value),
    'x-amz-sdk-checksum-algorithm': 'SHA256',
  }
  const command = new PutObjectCommand({
    ...objectAt(place, key),
    ContentType: contentType,
    ...(sizeBytes !== undefined && { ContentLength: wholeBytes(sizeBytes) }),
    ...(checksum && checksumOf(place.quirks, Buffer.from(checksum.value, 'hex'))),
  })
  return sign(place, 'PUT', command, expiresInSeconds, { ...type, ...digest })
}

export async function presignPart(place: Place, upload: PartOf[0], options: PartOf[1]): Promise<PresignedRequest> {
  const { sizeBytes, expiresInSeconds } = options
  const type = { 'content-type': UNKNOWN_TYPE }
  const command = new UploadPartCommand({
    ...objectAt(place, upload.key),
    UploadId: upload.uploadId,
    PartNumber: upload.partNumber,
    ...(sizeBytes !== undefined && { ContentLength: wholeBytes(sizeBytes) }),
  })
  return sign(place, 'PUT', withHeaders(command, type), expiresInSeconds, type)
}

/** Signs all of `headers`, and the length where the command says one: clients send that by themselves. */
async function sign(
  place: Place,
  method: PresignedRequest['method'],
  command: Command,
  expiresInSeconds: number,
  headers: Readonly<Record<string, string>>,
): Promise<PresignedRequest> {
  const names = Object.keys(headers)
  const signingDate = signingDateOf(place)
  const url = await getSignedUrl(place.client, command as GetObjectCommand, {
    expiresIn: lifetime(expiresInSeconds),
    signingDate,
    signableHeaders: new Set(['host', 'content-length', ...names]),
    unhoistableHeaders: new Set(names),
  })
  return { method, url, headers, expiresAt: expiry(signingDate, expiresInSeconds) }
}

/** Where forms are sent: the bucket itself. */
export async function bucketUrl({ client, bucket }: Place): Promise<string> {
  const url = new URL(await getSignedUrl(client, new HeadBucketCommand({ Bucket: bucket })))
  return `${url.origin}${url.pathname}`
}

/** Signatures have whole seconds. */
export function signingDateOf({ clock }: Place): Date {
  return new Date(Math.floor(clock.now() / 1000) * 1000)
}

export function expiry(signingDate: Date, expiresInSeconds: number): Date {
  return new Date(signingDate.getTime() + expiresInSeconds * 1000)
}

export function lifetime(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds
  throw invalid(`A signed request lives 1 to ${LONGEST_SECONDS} seconds (7 days), not ${seconds}.`)
}

export function headerValue(value: string): string {
  if (PRINTABLE_ASCII.test(value)) return value
  throw invalid(`${JSON.stringify(value)} can't be a header value: it is empty, or has other than printable ASCII characters.`)
}

export function wholeBytes(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw invalid(`A size is a whole number of bytes, not ${value}.`)
}

function digestValue({ quirks }: Place, hex: string): string {
  if (!quirks.checksums) throw new StowageError('unsupported', 'This service verifies no SHA-256: leave the checksum out.')
  if (SHA256.test(hex)) return Buffer.from(hex, 'hex').toString('base64')
  throw invalid('A checksum is 64 lower-case hexadecimal digits of SHA-256.')
}
