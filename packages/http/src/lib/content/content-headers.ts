import type { AssetContent } from '@stowage/core'
import type { DeliveryOptions } from '../profile/profile.ts'
import { contentDisposition, mayInline } from './disposition.ts'

/** How one answer with bytes may be kept by others. */
export interface Sharing {
  /** Anyone may read this, and the asset says it is public. */
  readonly public: boolean
  /** The URL names exactly these bytes. */
  readonly versioned: boolean
  /** Not even the reader's own browser keeps it. Of what is not public only. */
  readonly noStore?: boolean
}

const YEAR = 31_536_000

/** Value of Cache-Control. Proxies must not recompress: the ETag and the digest are of these bytes. */
function cacheControl(sharing: Sharing, delivery: DeliveryOptions): string {
  if (!sharing.public) return `private, ${sharing.noStore ? 'no-store' : 'no-cache'}, no-transform`
  if (sharing.versioned) return `public, max-age=${YEAR}, immutable, ${sharedMaxAge(delivery)}no-transform`
  const maxAge = delivery.publicMaxAgeSeconds ?? 0
  return maxAge === 0 ? 'public, no-cache, no-transform' : `public, max-age=${maxAge}, must-revalidate, no-transform`
}

function sharedMaxAge({ by }: DeliveryOptions): string {
  const seconds = typeof by === 'object' ? by.sharedMaxAgeSeconds : undefined
  return seconds === undefined ? '' : `s-maxage=${seconds}, `
}

/** Headers that 200, 206 and 304 share. */
export function validatorHeaders(
  asset: AssetContent['asset'],
  sharing: Sharing,
  delivery: DeliveryOptions,
): Record<string, string> {
  return {
    etag: asset.contentEtag,
    'last-modified': asset.updatedAt.toUTCString(),
    'cache-control': cacheControl(sharing, delivery),
  }
}

/** With these, nothing that was uploaded can run script. */
export const sandboxHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
} as const

/** Headers of every answer that carries bytes, or would. */
export function contentHeaders(
  asset: AssetContent['asset'],
  sharing: Sharing,
  options: { readonly delivery: DeliveryOptions; readonly download: boolean },
): Record<string, string> {
  const { delivery, download } = options
  const inline = !download && mayInline(asset.contentType, delivery.inline)
  return {
    'content-type': withCharset(asset.contentType),
    'content-disposition': contentDisposition(inline ? 'inline' : 'attachment', asset.filename),
    'accept-ranges': 'bytes',
    ...validatorHeaders(asset, sharing, delivery),
    'repr-digest': `sha-256=:${Buffer.from(asset.sha256, 'hex').toString('base64')}:`,
    ...sandboxHeaders,
    'cross-origin-resource-policy': delivery.crossOriginResourcePolicy ?? (sharing.public ? 'cross-origin' : 'same-origin'),
  }
}

function withCharset(contentType: string): string {
  return contentType.startsWith('text/') && !contentType.includes('charset=') ? `${contentType}; charset=utf-8` : contentType
}
