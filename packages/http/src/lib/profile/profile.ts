import type { AssetPatch, Kind, Space } from '@stowage/core'
import type { JsonObject } from '@stowage/core/contracts'
import type { z } from 'zod'
import type { Delivery } from '../content/delivery/delivery.ts'
import type { Authenticate } from '../request.ts'
import type { CorsOptions } from '../routing/cors.ts'
import type { Describe } from './describe.ts'
import type { Given } from './given.ts'
import type { ListOptions } from './list-options.ts'
import type { OpenOperation, Operation } from './operation.ts'
import type { Present, RequestContext } from './present.ts'
import type { UploadOptions } from './upload-options.ts'

export interface UpdateOptions {
  /** Members that a patch may have; others are refused. Default: all of AssetPatch. */
  readonly members?: readonly (keyof AssetPatch)[]
  /** Reads a body of another shape. @throws StowageError `invalid_request`, `unprocessable` */
  readonly patch?: (body: JsonObject, context: RequestContext) => Given<AssetPatch>
  /** Demands If-Match: 428 without. Default false. */
  readonly requireIfMatch?: boolean
}

export interface DeliveryOptions {
  /** What sends the bytes: this process (`proxy`), or what `redirect`, `cdn`, `accelRedirect` or `sendfile` made. Default `proxy`. */
  readonly by?: 'proxy' | Delivery
  /** Content types that browsers may show in place; all else downloads. Default: raster images, audio, video, plain text. */
  readonly inline?: readonly string[]
  /** How long caches may use a public asset without asking. Default 0: they ask each time and mostly get a 304. */
  readonly publicMaxAgeSeconds?: number
  /** Default: `cross-origin` for what everyone may read, else `same-origin`. */
  readonly crossOriginResourcePolicy?: 'same-origin' | 'same-site' | 'cross-origin'
}

/** An asset API on the wire. Rules on who may do what are the kind's, not here. */
export interface ProfileOptions<FieldName extends string = string> {
  /** Path that the relative paths continue, such as `/api/pages/:page/assets`. */
  readonly basePath: string
  /** What this API offers. Default: everything that `paths` does not drop. */
  readonly operations?: readonly Operation[]
  /**
   * `METHOD path` of each operation, or false to drop it. A path without a leading slash continues `basePath`; one with it stands alone.
   * `:id`, `:filename`, `:slug` and `:token` name the asset; other parameters are yours.
   * Where a path names assets by filename or slug, `openapi` and `reference` are left out unless they are named here.
   */
  readonly paths?: Readonly<Partial<Record<Operation, string | false>>>
  /** Origin (and path prefix) written into absolute URLs, such as `https://assets.example.com`. Without it URLs have no origin. */
  readonly publicUrl?: string
  /** Default: everyone is anonymous. */
  readonly authenticate?: Authenticate
  /**
   * What a credential must be good for, by operation, whatever the policy says: 401 without a credential, 403 without the scope. Credentials that are
   * not limited by scopes have them all.
   */
  readonly scopes?: Readonly<Partial<Record<Exclude<Operation, OpenOperation>, string>>>
  /** Loads what the assets belong to; null is 404. Default: the kind has no spaces. */
  readonly space?: (context: RequestContext) => Space | null | undefined | Promise<Space | null | undefined>
  /** Asked before any body is read; an answer with `retryAfterSeconds` refuses with 429. */
  readonly limit?: (context: RequestContext) => RateRefusal | null | undefined | Promise<RateRefusal | null | undefined>
  readonly list?: ListOptions<FieldName>
  readonly upload?: UploadOptions
  readonly update?: UpdateOptions
  /** `Idempotency-Key` is honoured on everything that makes an asset; `required`: 400 without one. Default: not demanded. */
  readonly idempotency?: { readonly required?: boolean }
  readonly link?: { /** 1 to 604,800, default 900. */ readonly expiresInSeconds?: number }
  readonly delivery?: DeliveryOptions
  readonly present?: Present
  readonly cors?: CorsOptions
  /** What the OpenAPI document can't know by itself. */
  readonly describe?: Describe
  /** Largest JSON body in bytes. Default 256 KiB. */
  readonly maxJsonBytes?: number
  /** How long `authenticate`, `space` and `limit` may each take before the request is refused. Default 5000. */
  readonly hookTimeoutMs?: number
}

export interface RateRefusal {
  readonly retryAfterSeconds: number
}

/** A profile and the kind it serves. */
export interface Profile extends ProfileOptions {
  readonly kind: Kind
}

/** Names of a kind's declared fields. */
export type FieldNames<K> = K extends Kind<infer Fields> ? keyof z.output<Fields> & string : string
