import type { AssetRecord, AssetState, BlobRecord, BlobState } from './asset.ts'
import type { Column, Filter, Scalar, SearchedColumn, Sort } from './filter.ts'
import type { JsonObject } from './json.ts'
import type { MetadataScans } from './scan.ts'

/** What a store needs to know of a kind: which declared fields it must filter or sort by, and index. */
export interface KindSchema {
  readonly name: string
  readonly fields: readonly { readonly name: string; readonly type: 'string' | 'number' | 'boolean'; readonly indexed: boolean }[]
  /** Columns that lists of ready assets are sorted by besides `createdAt`, in either direction: over the kind, and within a space. */
  readonly sorts?: readonly Column[]
  /** What `search` filters look into, of assets written from now on. Default: all four. */
  readonly searched?: readonly SearchedColumn[]
}

export type JobState = 'queued' | 'running' | 'failed'
export interface JobRecord {
  readonly id: string
  /** Names the handler. */
  readonly type: string
  readonly payload: JsonObject
  readonly state: JobState
  readonly attempts: number
  readonly maxAttempts: number
  readonly runAt: number
  readonly leaseToken: string | null
  readonly leaseUntil: number | null
  readonly lastError: string | null
  readonly createdAt: number
}

/** A direct or resumable upload that has not ended yet. */
export interface UploadRecord {
  readonly id: string
  readonly assetId: string
  readonly blobId: string
  readonly kind: string
  readonly state: 'open' | 'completing'
  /** The storage's own multipart id, where there is one. */
  readonly storageUploadId: string | null
  readonly offsetBytes: number
  readonly declaredBytes: number | null
  readonly leaseToken: string | null
  readonly expiresAt: number
  readonly data: JsonObject
  readonly createdAt: number
}

export interface IdempotencyRecord {
  /** Whose keys these are: tenant and actor. */
  readonly scope: string
  readonly key: string
  /** Who holds the key while `response` is null; then the digest of the request that used it. */
  readonly fingerprint: string
  /** Null while the request is under way. */
  readonly response: JsonObject | null
  readonly expiresAt: number
}

/** Room in a (kind, space) that is kept for an upload under way. */
export interface Reservation extends Usage {
  readonly id: string
  readonly kind: string
  readonly space: string
  /** From then on it counts no more, and may be removed. */
  readonly expiresAt: number
}

/** Bytes and number of ready assets in one (kind, space). */
export interface Usage {
  readonly bytes: number
  readonly count: number
}

type Changes<T, Fixed extends keyof T> = { readonly [K in keyof Omit<T, Fixed>]?: T[K] }
export type AssetChanges = Changes<AssetRecord, 'id' | 'kind' | 'space' | 'createdBy' | 'createdAt' | 'version'>
export type BlobChanges = Changes<BlobRecord, 'id' | 'kind' | 'storage' | 'key' | 'sourceId' | 'createdAt'>
/** Of one blob; its object may have been copied to another storage, under the same key. */
export type OneBlobChanges = BlobChanges & { readonly storage?: string }
/** What must hold of an asset's row; what is absent is not asked. */
export interface AssetGuard {
  readonly states: readonly AssetState[]
  readonly version?: number
  readonly blobId?: string | null
}

/** One write with its guard. A guard that does not hold fails the whole batch. */
export type Change =
  | { readonly op: 'insertAsset'; readonly asset: AssetRecord }
  /** Adds 1 to the version; `updatedAt` never goes back. */
  | {
      readonly op: 'updateAsset'
      readonly id: string
      readonly kind: string
      readonly guard: AssetGuard
      readonly set: AssetChanges
    }
  /**
   * What `words` filters find a ready asset by. `append`: after the text it has, from which it is apart as by a space; else instead of it. The
   * first 1 Mi code units are kept, without a word that they cut. Gone once the asset leaves `ready`. An appended text is indexed together with
   * what is there: prefer few long pieces.
   */
  | { readonly op: 'putText'; readonly assetId: string; readonly kind: string; readonly text: string; readonly append: boolean }
  /** Writes nothing: the batch fails unless the asset is as the guard says, and stays so until the batch is committed. */
  | { readonly op: 'assertAsset'; readonly id: string; readonly kind: string; readonly guard: AssetGuard }
  /** Removes the row, and its tags. */
  | {
      readonly op: 'deleteAsset'
      readonly id: string
      readonly kind: string
      readonly guard: { readonly states: readonly AssetState[] }
    }
  | { readonly op: 'insertBlob'; readonly blob: BlobRecord }
  | {
      readonly op: 'updateBlob'
      readonly id: string
      readonly guard: { readonly states: readonly BlobState[]; readonly leaseToken?: string }
      readonly set: OneBlobChanges
    }
  /** All blobs of the asset in one of the guard's states; where `sourceId` is given, those derived from it (null: originals). None is no failure. */
  | {
      readonly op: 'updateBlobsOf'
      readonly assetId: string
      readonly guard: { readonly states: readonly BlobState[]; readonly sourceId?: string | null }
      readonly set: BlobChanges
    }
  | { readonly op: 'deleteBlob'; readonly id: string; readonly guard: { readonly states: readonly BlobState[] } }
  | { readonly op: 'enqueueJob'; readonly job: JobRecord }
  | {
      readonly op: 'updateJob'
      readonly id: string
      readonly guard: { readonly leaseToken: string }
      readonly set: Changes<JobRecord, 'id' | 'type' | 'createdAt'>
    }
  | { readonly op: 'deleteJob'; readonly id: string; readonly guard: { readonly leaseToken: string } }
  | { readonly op: 'insertUpload'; readonly upload: UploadRecord }
  | {
      readonly op: 'updateUpload'
      readonly id: string
      readonly guard: {
        readonly states: readonly UploadRecord['state'][]
        readonly leaseToken?: string | null
        readonly offsetBytes?: number
      }
      readonly set: Changes<UploadRecord, 'id' | 'assetId' | 'blobId' | 'kind' | 'createdAt'>
    }
  | { readonly op: 'deleteUpload'; readonly id: string; readonly guard: { readonly states: readonly UploadRecord['state'][] } }
  /** In the place of one that has expired by `now`, if there is one; one that has not is `already_exists` with the constraint `key`. */
  | { readonly op: 'insertIdempotency'; readonly record: IdempotencyRecord; readonly now: number }
  | {
      readonly op: 'updateIdempotency'
      readonly scope: string
      readonly key: string
      readonly guard: { readonly fingerprint: string }
      readonly set: { readonly fingerprint?: string; readonly response?: JsonObject | null; readonly expiresAt?: number }
    }
  /** None is no failure. */
  | {
      readonly op: 'deleteIdempotency'
      readonly scope: string
      readonly key: string
      readonly guard: { readonly fingerprint: string }
    }
  /** Adds to the counters, which never go below zero. Over a limit: the batch fails with `quota_exceeded`. */
  | {
      readonly op: 'addUsage'
      readonly kind: string
      readonly space: string
      readonly bytes: number
      readonly count: number
      readonly limit?: { readonly bytes?: number; readonly count?: number }
    }
  /**
   * Keeps room, or changes what this reservation keeps. Usage, reservations of others that have not expired by `now`, and this one together may
   * not exceed a limit: the batch then fails with `quota_exceeded`. What it keeps nothing of is not limited.
   */
  | {
      readonly op: 'reserveUsage'
      readonly reservation: Reservation
      readonly now: number
      readonly limit: { readonly bytes?: number; readonly count?: number }
    }
  /** None is no failure. */
  | { readonly op: 'releaseUsage'; readonly id: string }
  /** Removes idempotency records and reservations whose `expiresAt` is `now` or before. */
  | { readonly op: 'removeExpired'; readonly now: number }
  /** Adds to the downloads of assets of the kind; of those that are not there, nothing. Changes no version. Each id at most once. */
  | {
      readonly op: 'addDownloads'
      readonly kind: string
      readonly downloads: readonly { readonly assetId: string; readonly by: number }[]
    }
  /** Sets the counters to the sums of the space's ready assets. */
  | { readonly op: 'recountUsage'; readonly kind: string; readonly space: string }

/** A place in a sorted list: the sort column's value there (null sorts last in both directions) and the id. */
export interface Position {
  readonly value: Scalar | null
  readonly id: string
}

export interface AssetQuery {
  readonly kind: string
  readonly filter: Filter
  /** Default: `ready` only. */
  readonly states?: readonly AssetState[]
  readonly sort: Sort
  /**
   * Puts what these words say most about first, by the assets' texts, instead of `sort`: a text that has them more often before one of the same length
   * that has them less often (told apart exactly up to eight times, roughly from there on), a shorter one before a longer one that has them as often,
   * ties newest first. Of more than 10,000 that match, the newest are ranked, and the others are not listed. The filter must hold `words` with these
   * terms, or the list is refused as `invalid_request`; so it is together with `after`.
   */
  readonly ranked?: readonly string[]
  /** Rows strictly after this position in sort order. Not together with `offset`. */
  readonly after?: Position
  readonly offset?: number
  /** At least 1. */
  readonly limit: number
  readonly signal?: AbortSignal
}

export interface AssetRef {
  readonly kind: string
  /** Exactly one of these names the asset; the last two need `space`. */
  readonly id?: string
  readonly uniqueName?: string
  readonly slug?: string
  readonly space?: string
  /** Default: `ready` only. */
  readonly states?: readonly AssetState[]
}

/**
 * A driver for the database of records.
 *
 * `commit` is one call: a batch of changes, all or nothing and durable once it resolves, so that a store may group the
 * commits of many callers. A guard that does not hold rejects with `conflict` and `details: { index, op }`; a taken id, slug, name or
 * key with `already_exists` and `details: { index, op, constraint: 'id' | 'slug' | 'uniqueName' | 'key' | 'derivative' }`; a
 * quota with `quota_exceeded`. A database that is locked, gone or full rejects with `unavailable`, or `insufficient_storage`.
 * Strings with NUL or lone surrogates reject with `unprocessable`.
 */
export interface MetadataStore extends MetadataScans {
  readonly name: string
  /** Migrates, then makes the indexes that the kinds' fields need. Called once, before anything else. */
  open(kinds: readonly KindSchema[]): Promise<void>
  commit(changes: readonly Change[]): Promise<void>
  getAsset(ref: AssetRef): Promise<AssetRecord | null>
  getBlob(id: string): Promise<BlobRecord | null>
  /** Whether a storage key has a blob row. */
  getBlobByKey(storage: string, key: string): Promise<BlobRecord | null>
  listBlobs(assetId: string): Promise<readonly BlobRecord[]>
  /** The blob with this role that was derived from `sourceId`, unless it is condemned. */
  getDerivative(sourceId: string, role: string): Promise<BlobRecord | null>
  /** Blobs with `dueAt <= now`, soonest first. */
  listDueBlobs(now: number, limit: number): Promise<readonly BlobRecord[]>
  list(query: AssetQuery): Promise<readonly AssetRecord[]>
  /** Counts up to `max` (default 10,000); `exact` is false when there are more. */
  count(
    query: Pick<AssetQuery, 'kind' | 'filter' | 'states' | 'signal'>,
    max?: number,
  ): Promise<{ readonly count: number; readonly exact: boolean }>
  /**
   * Leases queued jobs whose `runAt` has come, and running ones whose lease has ended: adds 1 to `attempts`, sets `running`,
   * `leaseToken` and `leaseUntil`. A job whose attempts are used up becomes `failed` instead. No two callers get the same job.
   */
  claimJobs(options: {
    readonly types: readonly string[]
    readonly now: number
    readonly leaseMs: number
    readonly leaseToken: string
    readonly limit: number
  }): Promise<readonly JobRecord[]>
  /**
   * Calls `wake` soon after this process or another has committed jobs. A hint: it may come twice, late or not at all, so whoever works jobs also
   * looks by itself. Absent: the store can't tell.
   * @returns ends the calls
   */
  watchJobs?(wake: () => void): () => void
  getJob(id: string): Promise<JobRecord | null>
  getUpload(id: string): Promise<UploadRecord | null>
  listExpiredUploads(now: number, limit: number): Promise<readonly UploadRecord[]>
  getIdempotency(scope: string, key: string): Promise<IdempotencyRecord | null>
  /** Next number of a named sequence, from 1; never the same twice, gaps allowed. */
  nextInSequence(name: string): Promise<number>
  getUsage(kind: string, space: string): Promise<Usage>
  /** Sum of the reservations that have not expired by `now`. */
  getReserved(kind: string, space: string, now: number): Promise<Usage>
  /** Downloads of each asset, in the order of `assetIds`; 0 where nothing was counted. At most 1000 ids. */
  getDownloads(kind: string, assetIds: readonly string[]): Promise<readonly number[]>
  /** Stores `value` under `name` unless there is one; returns what is stored. */
  settingOnce(name: string, value: string): Promise<string>
  close(): Promise<void>
}
