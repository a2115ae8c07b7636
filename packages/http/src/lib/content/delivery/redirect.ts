import type { AssetContent } from '@stowage/core'
import { isStowageError } from '@stowage/core/contracts'
import type { HttpResponse } from '../../response.ts'
import type { Delivery, HandOver, RedirectStatus } from './delivery.ts'

export interface RedirectOptions {
  /** How long a signed URL works: 1 to 604,800, default 900. It must outlast the pauses of a download that is taken up again. */
  readonly expiresInSeconds?: number
  /** Default 302. */
  readonly status?: RedirectStatus
}

const WEEK_SECONDS = 604_800

/**
 * Sends whoever may have the bytes to a signed URL of the storage, with type and disposition in its signature. HEAD and conditions are
 * answered here.
 * @throws TypeError for a lifetime that can't be meant, and when the api is made over a storage that signs no URLs
 * @example assetApi(stowage, { basePath: '/api/assets', delivery: { by: redirect({ expiresInSeconds: 300 }) } })
 */
export function redirect(options: RedirectOptions = {}): Delivery {
  const { expiresInSeconds = 900, status = 302 } = options
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > WEEK_SECONDS) {
    throw new TypeError(`redirect: expiresInSeconds is a whole number from 1 to ${WEEK_SECONDS}, not ${expiresInSeconds}.`)
  }
  return {
    redirectStatus: status,
    prepare({ name, capabilities }) {
      if (!capabilities.presignGet) {
        throw new TypeError(
          `redirect: the storage ${name} signs no URLs to read with. Give it what it signs with, or deliver in another way.`,
        )
      }
      return async (content, handOver) => {
        const url = await signedUrl(content, handOver, expiresInSeconds)
        if (url === null) return null
        return answerRedirect(handOver, { status, location: url, cacheControl: keptFor(handOver, expiresInSeconds) })
      }
    },
  }
}

async function signedUrl(
  content: AssetContent,
  { headers, remainingSeconds }: HandOver,
  expiresInSeconds: number,
): Promise<string | null> {
  try {
    const { url } = await content.signUrl({
      // What a link permits must not outlive the link.
      expiresInSeconds: Math.max(1, Math.min(expiresInSeconds, Math.floor(remainingSeconds ?? WEEK_SECONDS))),
      contentType: headers['content-type'] as string,
      contentDisposition: headers['content-disposition'] as string,
    })
    return url
  } catch (error) {
    // It lies in another storage than most do.
    if (isStowageError(error, 'unsupported')) return null
    throw error
  }
}

/** No ETag: a 304 would revive a Location that has ended. */
export function answerRedirect(
  { headers }: HandOver,
  {
    status,
    location,
    cacheControl,
  }: { readonly status: RedirectStatus; readonly location: string; readonly cacheControl: string },
): HttpResponse {
  return {
    status,
    headers: {
      location,
      'cache-control': cacheControl,
      'content-length': '0',
      'cross-origin-resource-policy': headers['cross-origin-resource-policy'] as string,
    },
    body: null,
  }
}

/** Half of its life is left to whoever gets a redirect that was kept. */
function keptFor({ sharing, publicMaxAgeSeconds }: HandOver, expiresInSeconds: number): string {
  if (!sharing.public) return 'private, no-store'
  const half = Math.floor(expiresInSeconds / 2)
  const seconds = sharing.versioned ? half : Math.min(half, publicMaxAgeSeconds)
  return seconds > 0 ? `public, max-age=${seconds}, must-revalidate` : 'public, no-cache'
}
