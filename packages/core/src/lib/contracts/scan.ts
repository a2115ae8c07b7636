import type { AssetRecord, BlobRecord } from './asset.ts'
import type { JobRecord, Usage } from './metadata.ts'

/** What an audit compares of an asset. */
export type AssetSummary = Pick<
  AssetRecord,
  'id' | 'kind' | 'space' | 'state' | 'blobId' | 'sizeBytes' | 'sha256' | 'updatedAt' | 'createdAt'
>

/** An asset and the blob that holds its bytes, as they stood at one moment. */
export interface ScannedAsset {
  readonly asset: AssetSummary
  /** Null where the asset names none, or one that has no row. */
  readonly blob: BlobRecord | null
}

/** A blob and the asset it belongs to, as they stood at one moment. */
export interface ScannedBlob {
  readonly blob: BlobRecord
  readonly asset: AssetSummary | null
}

/** The counters of a space, and the sums of its ready assets at the same moment. */
export interface MeasuredUsage {
  readonly kind: string
  readonly space: string
  readonly recorded: Usage
  readonly actual: Usage
}

export interface MigrationStatus {
  /** Newest schema that was applied; 0 where there is no database yet. */
  readonly version: number
  /** What `open` would do, in its order. */
  readonly pending: readonly { readonly version: number; readonly name: string }[]
}

/**
 * Reads that go through everything, for audits and maintenance: page after page in the order of a key, each page from one moment.
 * Every kind that the database holds is in them, declared or not.
 */
export interface MetadataScans {
  /** In ascending UTF-8 byte order of `id`, from behind `after`. */
  scanAssets(options: {
    readonly after?: string
    readonly limit: number
    readonly signal?: AbortSignal
  }): Promise<readonly ScannedAsset[]>
  /** Those of one storage in ascending UTF-8 byte order of `key`, from behind `after` up to and including `until`. */
  scanBlobs(options: {
    readonly storage: string
    readonly after?: string
    readonly until?: string
    readonly limit: number
    readonly signal?: AbortSignal
  }): Promise<readonly ScannedBlob[]>
  /** In ascending order of kind and space: each that has counters or ready assets. */
  measureUsage(options: {
    readonly after?: { readonly kind: string; readonly space: string }
    readonly limit: number
    readonly signal?: AbortSignal
  }): Promise<readonly MeasuredUsage[]>
  /** Jobs that could have been worked at `now`: queued and due, or running with a lease that has ended. Soonest first. */
  listDueJobs(now: number, limit: number): Promise<readonly JobRecord[]>
  /** Names of all kinds that the database was ever opened with. */
  listKinds(): Promise<readonly string[]>
  /** Where the schema stands. Changes nothing, and may be called before `open`. Absent: the store has no schema to migrate. */
  migrationStatus?(): Promise<MigrationStatus>
}
