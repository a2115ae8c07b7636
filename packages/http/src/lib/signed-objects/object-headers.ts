import type { ObjectInfo } from '@stowage/core/contracts'
import { sandboxHeaders } from '../content/content-headers.ts'
import { mayInline } from '../content/disposition.ts'
import type { SignedGet } from './signed-storage.ts'

/** Headers that 200, 206 and 304 share. */
export function validatorHeaders(info: ObjectInfo, access: SignedGet, maxAgeSeconds: number): Record<string, string> {
  return {
    etag: info.etag,
    'last-modified': info.lastModified.toUTCString(),
    'cache-control': cacheControl(access.remainingSeconds, maxAgeSeconds),
    // Whoever has the URL has the object, so it must not travel on.
    'referrer-policy': 'no-referrer',
  }
}

/** Headers of every answer that carries bytes, or would. What the signature says stands as it is. */
export function objectHeaders(info: ObjectInfo, access: SignedGet, maxAgeSeconds: number): Record<string, string> {
  const contentType = access.contentType ?? info.contentType ?? 'application/octet-stream'
  const disposition = access.contentDisposition ?? info.contentDisposition
  return {
    'content-type': headerValue(contentType),
    'content-disposition': headerValue(disposition ?? (mayInline(contentType, undefined) ? 'inline' : 'attachment')),
    'accept-ranges': 'bytes',
    ...validatorHeaders(info, access, maxAgeSeconds),
    ...sandboxHeaders,
    // The URL is the permission, whichever page it stands in.
    'cross-origin-resource-policy': 'cross-origin',
  }
}

/** Nothing is kept beyond the life of its URL. */
function cacheControl(remainingSeconds: number, maxAgeSeconds: number): string {
  const seconds = Math.min(maxAgeSeconds, Math.ceil(remainingSeconds) - 1)
  return seconds > 0 ? `private, max-age=${seconds}, no-transform` : 'private, no-store, no-transform'
}

/** As UTF-8 where it is not ASCII, which is what readers expect: a field value is bytes. RFC 9110 §5.5 */
function headerValue(value: string): string {
  return Buffer.from(value).toString('latin1')
}
