import type { AssetContent, Stowage } from '@stowage/core'
import type { HttpRequest } from '../../request.ts'
import type { HttpResponse } from '../../response.ts'
import type { Sharing } from '../content-headers.ts'
import type { ContentRange } from '../range.ts'

/**
 * A way for bytes to reach whoever may have them without passing through this process: what `redirect`, `cdn`, `accelRedirect` and
 * `sendfile` make.
 */
export interface Delivery {
  /** Status with which it sends clients elsewhere; null where the bytes come by the URL that was asked for. */
  readonly redirectStatus: RedirectStatus | null
  /** How long shared caches may keep a version without asking. Default: as long as its URL says. */
  readonly sharedMaxAgeSeconds?: number
  /**
   * Called when an api is made.
   * @throws TypeError where it can't work over this storage
   */
  prepare(storage: Stowage['storage']): Deliver
}
export type RedirectStatus = 302 | 303 | 307

/**
 * Answers a GET whose policy and conditions have passed already.
 * @returns null where this process has to send the bytes itself
 */
export type Deliver = (content: AssetContent, handOver: HandOver) => Promise<HttpResponse | null>

/** One answer with bytes, as it would be sent from here. */
export interface HandOver {
  readonly request: HttpRequest
  /** Of all the bytes, but for their length. */
  readonly headers: Readonly<Record<string, string>>
  /** Null: all of them. */
  readonly range: ContentRange | null
  readonly sharing: Sharing
  /** How long caches may keep what is public without asking. */
  readonly publicMaxAgeSeconds: number
  /** How long the permission lasts that was given with the URL; null: no such end. */
  readonly remainingSeconds: number | null
  /** The present URL below another base, with these query parameters; null where it has no place there. */
  urlAt(baseUrl: string, query: URLSearchParams): string | null
}
