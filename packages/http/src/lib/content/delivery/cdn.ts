import { contentVersion } from '../../routing/urls.ts'
import type { Deliver, Delivery } from './delivery.ts'
import { answerRedirect } from './redirect.ts'

export interface CdnOptions {
  /** Where the CDN stands in front of this very api: absolute, with the same paths behind it. */
  readonly baseUrl: string
  /**
   * How long the CDN may send a copy without asking here. An asset that is deleted or made private stays on it that long. Default 0: it
   * asks each time, mostly for a 304 that costs no storage call.
   */
  readonly maxAgeSeconds?: number
  /** For what not everyone may have, and, unless it redirects, for what the CDN fetches. Default: this process sends it. */
  readonly otherwise?: Delivery
}

const STATUS = 302

/**
 * Sends whoever asks for public bytes to a CDN, under a URL that names their version. The CDN fetches them by the same path from here,
 * and must pass on and tell apart the query. What is private never goes there.
 * @throws TypeError for a base URL that is none, and as `otherwise` when the api is made
 * @example assetApi(stowage, { basePath: '/api/assets', delivery: { by: cdn({ baseUrl: 'https://cdn.example.net' }) } })
 */
export function cdn(options: CdnOptions): Delivery {
  const { baseUrl, maxAgeSeconds = 0, otherwise } = options
  if (!isBaseUrl(baseUrl)) throw new TypeError(`cdn: baseUrl is an absolute URL without query and fragment, not ${baseUrl}.`)
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new TypeError(`cdn: maxAgeSeconds is a whole number from 0, not ${maxAgeSeconds}.`)
  }
  return {
    redirectStatus: STATUS,
    sharedMaxAgeSeconds: maxAgeSeconds,
    prepare(storage) {
      const other: Deliver = otherwise?.prepare(storage) ?? (async () => null)
      const toCdn: Deliver = otherwise?.redirectStatus === null ? other : async () => null
      return async (content, handOver) => {
        const { sharing, request, publicMaxAgeSeconds } = handOver
        if (!sharing.public) return other(content, handOver)
        // Only who was sent to the CDN knows the version, and only the CDN asks here with it.
        if (sharing.versioned) return toCdn(content, handOver)
        const query = new URLSearchParams({ v: contentVersion(content.asset.sha256) })
        if (request.query.has('download')) query.set('download', '')
        const location = handOver.urlAt(baseUrl, query)
        if (location === null) return null
        const cached = publicMaxAgeSeconds > 0 ? `max-age=${publicMaxAgeSeconds}, must-revalidate` : 'no-cache'
        return answerRedirect(handOver, { status: STATUS, location, cacheControl: `public, ${cached}` })
      }
    },
  }
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return ['http:', 'https:'].includes(protocol) && [username, password, search, hash].every(part => part === '')
}
