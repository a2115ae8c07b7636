import type { Action, Actor, Space } from '../../contracts/actor.ts'
import type { AssetId, BoundKind, Kind } from '../../kinds/kind.ts'
import type { Asset, AssetName, SpaceUsage } from './asset.ts'
import type { AssetPatch, BulkResult, ReplaceInput, WriteGuard } from './changing.ts'
import type { BeginUploadInput, CompleteUploadInput, DirectUpload, SignedPart } from './direct-uploads.ts'
import type { CreateInput, GenerateInput, ImportInput, StagedFile, StageInput, UploadInput } from './making.ts'
import type { AssetContent, AssetPage, LinkOptions, ListInput, SignedLink } from './reading.ts'
import type { AppendInput, CreateResumableInput, ResumableUpload } from './resumable-uploads.ts'

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
   * @throws StowageError `unsupported` where the storage takes no files in parts; `unprocessable`, `content_too_large`, `quota_exceeded`
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
