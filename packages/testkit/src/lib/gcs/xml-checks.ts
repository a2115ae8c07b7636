import type { IncomingHttpHeaders } from 'node:http'
import { GcsError } from './gcs-error.ts'

/** @see https://cloud.google.com/storage/docs/xml-api/reference-headers#xgoogcontentlengthrange */
export function checkLengthRange(headers: IncomingHttpHeaders, sizeBytes: number): void {
  const header = headers['x-goog-content-length-range']
  if (header === undefined) return
  const [, min, max] = /^(\d+),(\d+)$/.exec(String(header)) ?? []
  if (min === undefined || max === undefined) throw new GcsError(400, 'InvalidArgument', 'Invalid x-goog-content-length-range.')
  demandLength(sizeBytes, Number(min), Number(max))
}

/** @see https://cloud.google.com/storage/docs/xml-api/reference-status */
export function demandLength(sizeBytes: number, min: number, max: number): void {
  if (sizeBytes < min) throw new GcsError(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum object size.')
  if (sizeBytes > max) throw new GcsError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum object size.')
}

/**
 * A signed digest is one that the payload must have.
 * @see https://cloud.google.com/storage/docs/xml-api/reference-headers#xgoogcontentsha256
 */
export function checkPayload(headers: IncomingHttpHeaders, sha256: string | null): void {
  const stated = headers['x-goog-content-sha256']
  if (stated === undefined || stated === 'UNSIGNED-PAYLOAD' || stated === sha256) return
  throw new GcsError(400, 'BadDigest', 'The x-goog-content-sha256 you specified did not match what we received.')
}
