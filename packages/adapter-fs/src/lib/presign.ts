import type { Clock, PresignedRequest, PresignGetOptions, PresignPutOptions } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { MAX_TTL_SECONDS, type SignedParts, type UrlSigner } from './signing.ts'

type Wish = Omit<SignedParts, 'expires'>

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE_IN_HEADER = /[\u0000-\u001f\u007f]/
const SHA256 = /^[0-9a-f]{64}$/

export function presignGet(signer: UrlSigner, clock: Clock, key: string, options: PresignGetOptions): PresignedRequest {
  const { contentType, contentDisposition, expiresInSeconds } = options
  return presign(signer, clock, expiresInSeconds, {
    method: 'GET',
    key,
    ...(contentType !== undefined && { type: headerValue(contentType) }),
    ...(contentDisposition !== undefined && { disposition: headerValue(contentDisposition) }),
  })
}

export function presignPut(signer: UrlSigner, clock: Clock, key: string, options: PresignPutOptions): PresignedRequest {
  const { contentType, sizeBytes, checksum, expiresInSeconds } = options
  if (checksum && !SHA256.test(checksum.value)) {
    throw new StowageError('invalid_request', 'A checksum is 64 lower-case hexadecimal digits of SHA-256.')
  }
  return presign(signer, clock, expiresInSeconds, {
    method: 'PUT',
    key,
    ...(contentType !== undefined && { type: headerValue(contentType) }),
    ...(sizeBytes !== undefined && { bytes: wholeBytes(sizeBytes) }),
    ...(checksum && { sha256: checksum.value }),
  })
}

export function presignPart(
  signer: UrlSigner,
  clock: Clock,
  upload: { readonly key: string; readonly uploadId: string; readonly partNumber: number },
  options: { readonly expiresInSeconds: number; readonly sizeBytes?: number },
): PresignedRequest {
  return presign(signer, clock, options.expiresInSeconds, {
    method: 'PUT',
    key: upload.key,
    upload: upload.uploadId,
    part: upload.partNumber,
    ...(options.sizeBytes !== undefined && { bytes: wholeBytes(options.sizeBytes) }),
  })
}

function presign(signer: UrlSigner, clock: Clock, expiresInSeconds: number, wish: Wish): PresignedRequest {
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_TTL_SECONDS) {
    throw new StowageError(
      'invalid_request',
      `A signed URL lives 1 to ${MAX_TTL_SECONDS} seconds (7 days), not ${expiresInSeconds}.`,
    )
  }
  const expires = Math.floor(clock.now() / 1000) + expiresInSeconds
  return {
    method: wish.method,
    url: signer.url({ ...wish, expires }),
    headers: wish.method === 'PUT' && wish.type !== undefined ? { 'content-type': wish.type } : {},
    expiresAt: new Date(expires * 1000),
  }
}

function headerValue(value: string): string {
  if (!UNSAFE_IN_HEADER.test(value) && value.length > 0) return value
  throw new StowageError(
    'invalid_request',
    `${JSON.stringify(value)} can't be a header value: it is empty or has control characters.`,
  )
}

function wholeBytes(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new StowageError('invalid_request', `A size is a whole number of bytes, not ${value}.`)
}
