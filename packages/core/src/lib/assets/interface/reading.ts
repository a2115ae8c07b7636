import type { Filter, Sort } from '../../contracts/filter.ts'
import type { ByteRange, LocalFile, PresignedRequest, PresignGetOptions } from '../../contracts/storage.ts'
import type { PictureFormat, PictureRecipe } from '../../contracts/transformer.ts'
import type { Asset } from './asset.ts'

export interface ListInput {
  /** Each `in` and `tags` condition may name up to 1000 values. */
  readonly filter?: Filter
  /** Split at spaces; every term must match. */
  readonly search?: string
  /** Words that the text extracted from the file must hold, each whole. */
  readonly words?: string
  /** True: what says most about `words` first, instead of `sort`; the 10,000 newest of those that match are ranked. Default false. */
  readonly ranked?: boolean
  /** Default: newest first. */
  readonly sort?: Sort
  /** 1 to 1000, default 50. */
  readonly limit?: number
  /** From the page before; bound to this actor, kind, space, filter and sort. */
  readonly cursor?: string
  /** Rows to skip, instead of a cursor. */
  readonly offset?: number
  /** Default `none`; `bounded` counts to 10,000. */
  readonly total?: 'none' | 'bounded' | 'exact'
  readonly signal?: AbortSignal
}

export interface AssetPage {
  readonly items: readonly Asset[]
  /** Null on the last page. */
  readonly cursor: string | null
  readonly total: { readonly count: number; readonly exact: boolean } | null
}

export interface OpenOptions {
  readonly range?: ByteRange
  readonly signal?: AbortSignal
  /** Asks for an open local file instead of a stream where the storage can give one. Default false. */
  readonly preferLocalFile?: boolean
}

/** Bytes, either as a stream or as an open local file which the receiver must close. */
export type OpenedContent =
  | { readonly body: AsyncIterable<Uint8Array>; readonly localFile?: never }
  | { readonly localFile: LocalFile; readonly body?: never }

/**
 * A readable asset whose bytes were not touched yet: conditional answers cost no storage call. Of a derivative, name, type, size, digest and
 * `updatedAt` are its own, and `width` and `height` null. Its `downloadCount` is null: reading asks no counter.
 */
export interface AssetContent {
  readonly asset: Asset & {
    readonly sizeBytes: number
    readonly sha256: string
    readonly contentType: string
    readonly contentEtag: string
  }
  /** @throws `range_not_satisfiable`, `not_found` */
  open(options?: OpenOptions): Promise<OpenedContent>
  /**
   * A URL with which anyone reads the bytes from the storage itself, until it expires or they are purged.
   * @throws `unsupported` where the storage signs no URLs
   */
  signUrl(options: PresignGetOptions): Promise<PresignedRequest>
  /** Says that somebody got the bytes: one more download where the kind counts them. Nothing for a derivative. Returns at once. */
  countDownload(): void
}

/** What a signed link opens: the bytes themselves where neither a derivative nor a transform is named. */
export interface LinkOptions {
  /**
   * 1 to 604,800 (7 days), default 900. Such a link also ends when the bytes are replaced. Null: until the asset is deleted, whichever bytes
   * it then has.
   */
  readonly expiresInSeconds?: number | null
  /** Name of a derivative that the kind declares. */
  readonly derivative?: string
  /**
   * A picture of your own measures, made when it is first asked for. `auto`: AVIF, WebP or JPEG, whichever is the best that the reader's
   * `Accept` names.
   */
  readonly transform?: Omit<PictureRecipe, 'format'> & { readonly format?: PictureFormat | 'auto' }
}

export interface SignedLink {
  /** URL-safe. Whoever has it may GET and HEAD what it was made for, and nothing else, until it expires. */
  readonly token: string
  /** Null: when the asset is deleted. */
  readonly expiresAt: Date | null
}

export interface OpenLinkOptions {
  /** The reader's `Accept` header, for transforms whose format is `auto`. */
  readonly accept?: string | null
}

/** What a link opens. */
export interface LinkedContent extends AssetContent {
  /** Another `Accept` may get another picture. */
  readonly variesByAccept: boolean
  /** When the link ends; null for one that does not. */
  readonly expiresAt: Date | null
}
