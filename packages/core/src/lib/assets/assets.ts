import type { Action, Actor, Space } from '../contracts/actor.ts'
import type { AssetRecord, AssetType, Visibility } from '../contracts/asset.ts'
import type { StowageError } from '../contracts/errors.ts'
import type { Filter, Sort } from '../contracts/filter.ts'
import type { AspectRatio } from '../contracts/generator.ts'
import type { JsonObject } from '../contracts/json.ts'
import type { Usage } from '../contracts/metadata.ts'
import type { ByteRange, LocalFile, PartInfo, PresignedRequest, PresignGetOptions } from '../contracts/storage.ts'
import type { PictureFormat, PictureRecipe } from '../contracts/transformer.ts'
import type { AssetId, BoundKind, Kind, Quota } from '../kinds/kind.ts'

/** An asset as callers see it: its row, with the id in its public form, times as dates, and ETags. */
export interface Asset extends Omit<AssetRecord, 'id' | 'uniqueName' | 'blobId' | 'createdAt' | 'updatedAt'> {
  readonly id: AssetId
  /** Strong ETag of the record, quoted. */
  readonly etag: string
  /** Strong ETag of the bytes, quoted, from their digest; null without bytes. */
  readonly contentEtag: string | null
  /** How often its bytes were downloaded; null where the kind does not count. Up to a second behind. */
  readonly downloadCount: number | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a caller may say of an asset. */
export interface AssetDetails {
  readonly filename?: string
  readonly title?: string | null
  readonly description?: string | null
  readonly visibility?: Visibility
  /** 1 to 200 lower-case letters, digits and single hyphens between them; `already_exists` where the space has it. */
  readonly slug?: string | null
  readonly fields?: JsonObject
  readonly metadata?: JsonObject
  readonly tags?: readonly string[]
}

/** What makes an asset once, however often it is asked for. */
export interface Repeatable {
  /**
   * Names this request of this actor in this kind and space: 1 to 255 characters. The same request again within 24 hours answers with the asset that
   * it made; another with the same key is `unprocessable`, one that comes while the first is under way `conflict`.
   */
  readonly idempotencyKey?: string
}

export interface UploadInput extends AssetDetails, Repeatable {
  readonly body: AsyncIterable<Uint8Array> | Uint8Array
  /** What the sender says it is: believed only where the bytes agree. */
  readonly contentType?: string
  /** Exact length, where the sender declared one. */
  readonly sizeBytes?: number
  /** The file is no larger, where only that is known: as much room is kept of a quota from the beginning. */
  readonly atMostBytes?: number
  /** SHA-256 the bytes must have, lower-case hexadecimal; `checksum_mismatch` otherwise. */
  readonly sha256?: string
  /** You keep no chunk of the body: its memory may be taken back as soon as it is stored, which saves collections. Default false. */
  readonly disposableChunks?: boolean
  /** Asked once after the last byte: details that arrived behind the file. They win over earlier ones. */
  readonly late?: () => AssetDetails | Promise<AssetDetails>
  readonly signal?: AbortSignal
  readonly onProgress?: (receivedBytes: number) => void
}

export interface ReplaceInput
  extends Pick<
    UploadInput,
    'body' | 'contentType' | 'sizeBytes' | 'atMostBytes' | 'sha256' | 'disposableChunks' | 'signal' | 'onProgress'
  > {
  /** The new bytes' name. Default: the old one stays. Where filenames are unique, a taken one fails with `already_exists`. */
  readonly filename?: string
  /** Value of an If-Match header over {@link Asset.etag} or {@link Asset.contentEtag}. */
  readonly ifMatch?: string
}

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

/** A merge-patch (RFC 7396) of what may change. `null` removes; arrays replace. */
export interface AssetPatch {
  readonly title?: string | null
  readonly description?: string | null
  readonly filename?: string
  readonly visibility?: Visibility
  readonly slug?: string | null
  /** Of an asset without bytes. */
  readonly externalUrl?: string
  readonly fields?: JsonObject
  readonly metadata?: JsonObject | null
  /** An array replaces all; the other form removes some, then adds some, and changes nothing else. */
  readonly tags?: readonly string[] | null | { readonly add?: readonly string[]; readonly remove?: readonly string[] }
}

export interface WriteGuard {
  /** Value of an If-Match header, compared strongly with {@link Asset.etag}; `precondition_failed` on mismatch. */
  readonly ifMatch?: string
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

/** An asset without bytes of its own, or over bytes that were staged. */
export interface CreateInput extends AssetDetails, Repeatable {
  /** Where it is instead: an http or https URL without credentials, at most 2,000 characters. Makes a `link`, or what `type` says. */
  readonly externalUrl?: string
  /**
   * Id or name of a {@link StagedFile} of the same actor, kind and space: taken once. By its name, the asset has that as its filename. Not together with
   * `externalUrl` or `type`.
   */
  readonly staged?: string
  /** Default: `link` with an external URL, else `file`. */
  readonly type?: AssetType
  readonly signal?: AbortSignal
}

export type StageInput = Pick<
  UploadInput,
  'body' | 'contentType' | 'sizeBytes' | 'atMostBytes' | 'sha256' | 'disposableChunks' | 'signal' | 'onProgress' | 'filename'
>

/** A file that is stored but is no asset yet. */
export interface StagedFile {
  /** 32 hexadecimal digits; of use to whoever staged it only. */
  readonly id: string
  /** The id, a hyphen and as much of the filename as URLs hold without escapes: for APIs that hand out the path where the file will be. */
  readonly name: string
  readonly filename: string
  readonly contentType: string
  readonly type: AssetType
  readonly sizeBytes: number
  readonly sha256: string
  readonly width: number | null
  readonly height: number | null
  /** When it is removed unless an asset was made of it. */
  readonly expiresAt: Date
}

/** How a file goes straight to the storage: in one PUT, in one form POST, or in parts. */
export type DirectMethod = 'put' | 'post' | 'multipart'

/** A file that its sender will write to the storage itself, and what its asset is to be. */
export interface BeginUploadInput extends AssetDetails {
  /** Exact. */
  readonly sizeBytes: number
  /** What the sender says it is: believed only where the bytes agree. */
  readonly contentType?: string
  /** SHA-256 the bytes must have, lower-case hexadecimal. */
  readonly sha256?: string
  /** Default: `put` up to 64 MiB, `multipart` above; where the storage signs none of the one, the other, or `post`. */
  readonly method?: DirectMethod
}

export interface CompleteUploadInput {
  /** What the sender believes to have sent, held against what is there. Default: what is there. */
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[]
  readonly signal?: AbortSignal
}

/** A file on its way to the storage, past this server. */
export interface DirectUpload {
  /** 32 hexadecimal digits; of use to whoever began it only. */
  readonly id: string
  readonly method: DirectMethod
  /** `open`: bytes may be sent. `verifying`: they are being looked at. `done`: `asset` is there. `failed`: `error` says why, and it is over. */
  readonly state: 'open' | 'verifying' | 'done' | 'failed'
  readonly sizeBytes: number
  /** When it ends by itself. */
  readonly expiresAt: Date
  /** Sends the whole file, while it is open; null where it goes in parts. */
  readonly request: PresignedRequest | null
  /** Size of each part but the last, which may be smaller; null where it goes in one piece. */
  readonly partBytes: number | null
  readonly partCount: number | null
  /** What has arrived, while it is open. */
  readonly parts: readonly PartInfo[]
  readonly asset: Asset | null
  readonly error: string | null
}

/** Sends one part. */
export interface SignedPart {
  readonly partNumber: number
  readonly request: PresignedRequest
}

/** A file that comes in requests, each of which goes on where the one before ended, and what its asset is to be. */
export interface CreateResumableInput extends AssetDetails {
  /** Exact; absent where it is not known yet. */
  readonly sizeBytes?: number | null
  /** What the sender says it is: believed only where the bytes agree. */
  readonly contentType?: string
  /** SHA-256 the whole file must have, lower-case hexadecimal. */
  readonly sha256?: string
  /** Text that is given back as it is, at most 16 Ki characters. */
  readonly senderNote?: string
}

/** Bytes that follow those that came before. */
export interface AppendInput {
  /** Where they begin: as many as have come before. */
  readonly offsetBytes: number
  readonly body: AsyncIterable<Uint8Array>
  /** How many these are, where that is known. */
  readonly lengthBytes?: number
  /** The size of the file, where it was not known until now. */
  readonly declareBytes?: number
  /** Of these bytes: none of them is kept unless they have it. */
  readonly checksum?: ChunkChecksum
  /** Ends them; what has come until then is kept. */
  readonly signal?: AbortSignal
}

export interface ChunkChecksum {
  readonly algorithm: 'sha256' | 'sha1' | 'md5' | 'crc32'
  /** Hexadecimal. */
  readonly value: string
}

/** A file on its way, request by request. */
export interface ResumableUpload {
  /** 32 hexadecimal digits; of use to whoever began it only. */
  readonly id: string
  /** `open`: more bytes may come. `verifying`: they are being looked at. `done`: `asset` is there. `failed`: `error` says why, and it is over. */
  readonly state: 'open' | 'verifying' | 'done' | 'failed'
  /** As many bytes are kept for certain. */
  readonly offsetBytes: number
  /** Null while it is not known. */
  readonly sizeBytes: number | null
  readonly senderNote: string
  /** When it ends by itself; later once more bytes have come. */
  readonly expiresAt: Date
  readonly asset: Asset | null
  readonly error: string | null
}

/** What became of one asset of many. */
export type BulkResult =
  | { readonly id: AssetId; readonly asset: Asset | null; readonly error?: never }
  | { readonly id: AssetId; readonly error: StowageError; readonly asset?: never }

/** What a (kind, space) holds, what is kept for uploads under way, and what it may hold. */
export interface SpaceUsage {
  readonly used: Usage
  readonly reserved: Usage
  readonly quota: Quota | null
}

export interface GenerateInput extends AssetDetails, Repeatable {
  /** 1 to 4000 characters. */
  readonly prompt: string
  /** Default `1:1`. */
  readonly aspectRatio?: AspectRatio
  readonly signal?: AbortSignal
}

export interface ImportInput extends AssetDetails, Repeatable {
  /** Where the file lies. What may be named here, and reached, is the importer's decision. */
  readonly url: string
  /** SHA-256 the bytes must have, lower-case hexadecimal; `checksum_mismatch` otherwise. */
  readonly sha256?: string
  readonly signal?: AbortSignal
}

export type AssetName = { readonly id: AssetId } | { readonly filename: string } | { readonly slug: string }

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

/** What assets are asked for: a kind, and within it perhaps a space. */
export interface AssetScope {
  /** Default: the first kind. */
  readonly kind?: Kind | string
  /** Absent: the kind has no spaces, or a list across the spaces that the policy allows. */
  readonly space?: Space
  /** Lists over just these spaces, instead of one. */
  readonly spaces?: readonly Space[]
}

/**
 * The assets that one actor may see and change. Every method asks the policy first: `unauthenticated` without an actor,
 * `forbidden` where the actor may see the thing but not do this, `not_found` where it may not know of it.
 */
export interface Assets {
  readonly actor: Actor | null
  readonly kind: BoundKind
  readonly space: Space | null
  in(scope: AssetScope): Assets
  /** Refuses now what would be refused later, before any body is read. With `id`: on that asset. */
  authorize(action: Action, id?: AssetId): Promise<void>
  upload(input: UploadInput): Promise<Asset>
  /**
   * Makes an asset without an upload: a link, a record alone, or of a staged file.
   * @throws StowageError `invalid_request` for a staged file that is not there, is another's, was used or has expired
   */
  create(input: CreateInput): Promise<Asset>
  /** Stores a file that `create` makes an asset of later; removed after 24 hours unless it does. Takes the quota's room until then. */
  stage(input: StageInput): Promise<StagedFile>
  /**
   * Lets a file be sent straight to the storage: nothing is there until {@link Assets.completeUpload}. Only whoever began it can go on with it. Needs
   * `create`, like all that follows. Keeps the quota's room until it ends, after 24 hours at the latest.
   * @throws StowageError `unsupported` where the storage signs no uploads; `unprocessable`, `content_too_large`, `quota_exceeded`
   */
  beginUpload(input: BeginUploadInput): Promise<DirectUpload>
  /** How far it is, with a fresh request while it is open. @throws StowageError `not_found`, in the same words for another's, an expired one and none */
  getUpload(uploadId: string): Promise<DirectUpload>
  /** Requests for up to 1000 parts of an open upload, each good for an hour. @throws StowageError `conflict` where there are no parts to send */
  presignParts(uploadId: string, partNumbers: readonly number[]): Promise<readonly SignedPart[]>
  /**
   * Takes the bytes out of their sender's reach, verifies size, digest and type, and makes the asset: at once, or above a size by a job, and the upload
   * is `verifying` until then. A second time: the same asset.
   * @throws StowageError `conflict` where bytes are missing, which may still be sent; `unprocessable`, `checksum_mismatch` for a refusal, which ends it
   */
  completeUpload(uploadId: string, input?: CompleteUploadInput): Promise<DirectUpload>
  /** Ends it; what has arrived is removed. @throws StowageError `conflict` once it is done */
  abortUpload(uploadId: string): Promise<void>
  /**
   * Begins a file that comes in requests, each of which goes on where the one before ended. Only whoever began it can go on with it. Needs `create`, like
   * all that follows. Keeps the quota's room until it ends, 24 hours after its last bytes at the latest.
   * @throws StowageError `unsupported` where the storage takes no parts of any size; `unprocessable`, `content_too_large`, `quota_exceeded`
   */
  createResumable(input: CreateResumableInput): Promise<ResumableUpload>
  /** How far it is; disturbs nobody. @throws StowageError `not_found`, in the same words for another's, an expired one and none */
  getResumable(uploadId: string): Promise<ResumableUpload>
  /** The same, for whoever is about to send more: a request that is still sending is stopped, so that the offset stays as it is told. */
  resumableOffset(uploadId: string): Promise<ResumableUpload>
  /**
   * Takes more bytes, as far as they come: what came is kept even where this fails. The last of them make the asset, at once, or above a size by a job,
   * and the upload is `verifying` until then. A newer call takes over from an older one.
   * @throws StowageError `conflict` for another offset than is kept, with `details.offsetBytes`; `checksum_mismatch` for bytes without their checksum, of
   * which nothing is kept; what refuses a file, and ends its upload
   */
  appendResumable(uploadId: string, input: AppendInput): Promise<ResumableUpload>
  /** Ends it; what has arrived is removed. @throws StowageError `conflict` once it is done */
  abortResumable(uploadId: string): Promise<void>
  /** Up to 1000 at once, each by itself: what is refused for one leaves the others. Results in the order of `ids`; `asset` is null. */
  deleteMany(ids: readonly AssetId[]): Promise<readonly BulkResult[]>
  /** The same for tags. */
  tagMany(
    ids: readonly AssetId[],
    tags: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
  ): Promise<readonly BulkResult[]>
  /** How full the space is. Needs `list`. */
  usage(): Promise<SpaceUsage>
  list(input?: ListInput): Promise<AssetPage>
  get(name: AssetName): Promise<Asset>
  update(id: AssetId, patch: AssetPatch, guard?: WriteGuard): Promise<Asset>
  delete(id: AssetId, guard?: WriteGuard): Promise<void>
  content(name: AssetName): Promise<AssetContent>
  /**
   * A picture by one of the recipes that the kind declares; made now where it is missing. Needs `read`.
   * @throws StowageError `not_found` for other names, and where no picture can be made of the file's type; `unprocessable` for a broken file;
   * `unavailable`, `timeout` where another try may succeed
   */
  derivative(name: AssetName, derivativeName: string): Promise<AssetContent>
  replaceContent(id: AssetId, input: ReplaceInput): Promise<Asset>
  generate(input: GenerateInput): Promise<Asset>
  /**
   * Takes in a file from a URL, under the rules of an upload. Without a `filename` it keeps the one that its origin gives it.
   * @throws StowageError `unsupported` without an importer, and what {@link UrlImporter.open} throws
   */
  import(input: ImportInput): Promise<Asset>
  /** A link that reads the asset's bytes, or a picture of them, without credentials. Needs `read`. */
  createLink(id: AssetId, options?: LinkOptions): Promise<SignedLink>
  /**
   * The same at once, for an asset of this kind that you have just been given: no policy is asked again. Null where there is nothing to link: no bytes,
   * or no picture can be made of them.
   * @throws StowageError `invalid_request`, `unprocessable` for options that can't be meant
   */
  linkFor(asset: Asset, options?: LinkOptions): SignedLink | null
}
