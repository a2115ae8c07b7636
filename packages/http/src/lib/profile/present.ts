import type {
  Actor,
  Asset,
  AssetId,
  DirectUpload,
  Kind,
  LinkOptions,
  ResumableUpload,
  SignedLink,
  SignedPart,
  Space,
  StagedFile,
} from '@stowage/core'
import type { StowageErrorCode } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'
import type { Operation } from './operation.ts'
import type { PagePosition } from './paging.ts'

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
