import type {
  Actor,
  Asset,
  AssetDetails,
  AssetId,
  AssetPatch,
  CreateInput,
  DirectUpload,
  ImportInput,
  Kind,
  LinkOptions,
  ResumableUpload,
  SignedLink,
  SignedPart,
  Space,
  StagedFile,
} from '@stowage/core'
import type { Column, JsonObject, StowageErrorCode } from '@stowage/core/contracts'
import type { z } from 'zod'
import type { Delivery } from '../content/delivery/delivery.ts'
import type { Authenticate, HttpRequest } from '../request.ts'
import type { CorsOptions } from '../routing/cors.ts'
import type { FormFields } from '../upload/form-fields.ts'
import type { Describe } from './describe.ts'
import type { Given } from './given.ts'
import type { Bound, ListFilter } from './list-filter.ts'
import type { OpenOperation, Operation } from './operation.ts'
import type { PagePosition, Paging } from './paging.ts'

/** What a request is about, once it is known. */
export interface RequestContext {
  readonly request: HttpRequest
  readonly operation: Operation
  /** Path parameters, decoded once. */
  readonly params: Readonly<Record<string, string>>
  readonly actor: Actor | null
}

/** What a `present` function may use to build its answer. */
export interface PresentContext extends RequestContext {
  readonly kind: Kind
  readonly space: Space | null
  /**
   * URL of an operation, its parameters taken from `values` first, then from this request's path.
   * @returns null where the profile dropped the operation or a parameter has no value
   */
  url(operation: Operation, values?: Readonly<Record<string, string | number>>): string | null
  /** URL of an asset's bytes; null without bytes. `versioned` names exactly these bytes, so that caches may keep them for ever. */
  contentUrl(
    asset: Asset,
    options?: { readonly versioned?: boolean; readonly params?: Readonly<Record<string, string | number>> },
  ): string | null
  /**
   * URL of a derivative that the kind declares; null where no picture can be made of the asset.
   * @throws TypeError for other names
   */
  derivativeUrl(
    asset: Asset,
    name: string,
    options?: { readonly params?: Readonly<Record<string, string | number>> },
  ): string | null
  /**
   * URL of a signed link, which needs no credentials; null where there is nothing to link: no bytes, or no picture can be made of them.
   * @throws TypeError for options that can't be meant
   */
  linkUrl(asset: Asset, options?: LinkOptions): string | null
}

export interface PresentedPage extends Omit<PagePosition, 'cursor'> {
  /** Each already through `present.asset`. */
  readonly items: readonly unknown[]
  readonly assets: readonly Asset[]
  readonly cursor: string | null
  readonly total: { readonly count: number; readonly exact: boolean } | null
}

/** What became of one asset of many. */
export interface PresentedResult {
  /** As the request names it. */
  readonly id: AssetId
  /** The status that the change would have been answered with by itself. */
  readonly status: number
  /** With its new tags; null where it was deleted, or failed. */
  readonly asset: Asset | null
  /** Already through `present.error`; absent where it did not fail. */
  readonly error?: unknown
}

/** An error as clients may see it. */
export interface PresentableError {
  readonly code: StowageErrorCode
  readonly status: number
  /** What happened, to what, and what to do. Says nothing of the inside. */
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  /** Each thing that is wrong with a body, by its JSON pointer. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]
  readonly requestId: string
}

/** Shapes of the answers. Each returns what is sent as JSON, or a `reply(body, { status, headers })`. */
export interface Present {
  /** Answers upload, get, update, replace, and each item of a list. */
  readonly asset?: (asset: Asset, context: PresentContext) => unknown
  readonly page?: (page: PresentedPage, context: PresentContext) => unknown
  /** Default: as `asset`. */
  readonly generated?: (asset: Asset, context: PresentContext) => unknown
  /** Answers `bulkDelete` and `bulkTag`; results in the order of the ids. */
  readonly bulk?: (results: readonly PresentedResult[], context: PresentContext) => unknown
  /** Answers `stage`. */
  readonly staged?: (file: StagedFile, context: PresentContext) => unknown
  /** Answers `beginUpload` and `readUpload`, and `completeUpload` while the bytes are being looked at. */
  readonly directUpload?: (upload: DirectUpload, context: PresentContext) => unknown
  /** Answers `readResumable`. */
  readonly resumableUpload?: (upload: ResumableUpload, context: PresentContext) => unknown
  /** Answers `presignParts`. */
  readonly signedParts?: (parts: readonly SignedPart[], context: PresentContext) => unknown
  readonly link?: (link: SignedLink & { readonly url: string }, context: PresentContext) => unknown
  /** Default: RFC 9457 problem details. `context.operation` is null where no route was found. */
  readonly error?: (
    error: PresentableError,
    context: { readonly request: HttpRequest; readonly operation: Operation | null },
  ) => unknown
}

export interface ListOptions<FieldName extends string = string> {
  /**
   * Query parameters that filter. Names of columns or declared fields match exactly, and those of times and numbers have bounds, such as
   * `createdAt[gte]`; `tags` means any of them, `tags[all]` each. The record form gives a parameter any meaning.
   * Default: `type`, `visibility`, `processing`, `createdBy`, `contentType`, `tags`, `tags[all]`, every declared field of one string, number or boolean, and
   * the bounds of `createdAt`, `updatedAt`, `sizeBytes` and fields that are numbers. Other parameters are refused, and private fields are no parameters.
   */
  readonly filter?: readonly FilterName<FieldName>[] | Readonly<Record<string, ListFilter>>
  readonly sort?: SortOptions
  /** Default: `cursorPaging()`. */
  readonly paging?: Paging
  /** Query parameter that searches, or false. Default `search`. */
  readonly search?: string | false
  /** Query parameter for words of the files' texts, or false. Default `words`; false where `search` is. */
  readonly words?: string | false
  /** Query parameter that, when `true`, puts first what says most about the words; or false. Default `ranked`. */
  readonly ranked?: string | false
  /** How totals are counted. Default `none`. */
  readonly total?: 'none' | 'bounded' | 'exact'
}
type FilterName<FieldName extends string> =
  | FieldName
  | FilterColumn
  | 'tags'
  | 'tags[all]'
  | `${FieldName | 'createdAt' | 'updatedAt' | 'sizeBytes' | 'width' | 'height'}[${Bound}]`

type FilterColumn =
  | 'createdBy'
  | 'type'
  | 'processing'
  | 'visibility'
  | 'slug'
  | 'filename'
  | 'contentType'
  | 'sizeBytes'
  | 'sha256'
  | 'width'
  | 'height'

/** Default: `?sort=createdAt` or `-createdAt` (descending), over `createdAt` and what the kind declares in `sorts`; newest first. */
export interface SortOptions {
  /** Name on the wire to column: `createdAt`, and what the kind declares in `sorts`. */
  readonly columns: Readonly<Record<string, Column>>
  /** Wire name, with `-` in front for descending. Default: newest first, by whichever name stands for `createdAt`. */
  readonly default?: string
  /** Default `sort`. */
  readonly param?: string
  /** Takes the direction from a parameter of its own (`asc`, `desc`) instead of from a leading `-`. */
  readonly orderParam?: string
}

/** What a JSON body asks for: an asset without an upload, or one of a file elsewhere. */
export type JsonUpload = Given<CreateInput> | { readonly import: Given<ImportInput> & Pick<ImportInput, 'url'> }

export interface UploadOptions {
  /** Form field that holds the file. Default `file`. */
  readonly fileField?: string
  /**
   * Member of a JSON body, and text field of a form without a file, that holds the URL of a file to import; false: none is imported. Only where
   * `createStowage` has an importer. Default `url`.
   */
  readonly urlField?: string | false
  /**
   * Member of a JSON body that holds where the asset is instead of here; false: no links are made. Default `externalUrl`; false where `fields`,
   * `details` or `json` are your own, or the kind says what it accepts.
   */
  readonly externalUrlField?: string | false
  /** Member of a JSON body that holds the id of a staged file; false: none is taken. Default `staged`; false where `externalUrlField` is. */
  readonly stagedField?: string | false
  /** Reads a JSON body of another shape, whole. What is `undefined` was not given. @throws StowageError `invalid_request`, `unprocessable` */
  readonly json?: (body: JsonObject, context: RequestContext) => JsonUpload
  /** Text fields that are taken; others are refused. Default: title, description, visibility, slug, filename, tags, metadata and every declared field. */
  readonly fields?: readonly string[]
  /**
   * Makes details of the text fields. Called when the file begins with what came before it, and again with everything after it, so it must
   * not insist on a field's presence: the kind's own schema does. What is `undefined` was not given. The members of a JSON import come in the same
   * shape, arrays as fields that repeat.
   */
  readonly details?: (fields: FormFields, context: RequestContext) => Given<AssetDetails>
  /** Takes a raw body too, with its name in `?filename=` or Content-Disposition. Default true. */
  readonly raw?: boolean
  /** Largest number of text fields. Default 100. */
  readonly maxFields?: number
  /** Largest text field in bytes. Default 64 KiB. */
  readonly maxFieldBytes?: number
}

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
