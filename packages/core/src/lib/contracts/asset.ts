import type { JsonObject } from './json.ts'

/** Speaks of the bytes. */
export type AssetState = 'uploading' | 'ready' | 'failed' | 'deleting'
export type ProcessingState = 'none' | 'pending' | 'done' | 'failed'
export type Visibility = 'public' | 'private'
export type AssetType = 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'archive' | 'link' | 'file'

/** One row: a file (or link) and everything known about it. Times are milliseconds since the epoch. */
export interface AssetRecord {
  /** As stored: unique over all kinds, and sorts in creation order by its bytes. {@link IdStrategy.format} makes the public form. */
  readonly id: string
  readonly kind: string
  /** Id of the space, `''` when the kind has none. */
  readonly space: string
  readonly createdBy: string | null
  readonly type: AssetType
  readonly state: AssetState
  readonly processing: ProcessingState
  readonly processingError: string | null
  /** Whole per cent from 0 to 100 while `pending` and something is known of it, else null. */
  readonly processingProgress: number | null
  readonly visibility: Visibility
  readonly title: string | null
  readonly description: string | null
  /** Unique in (kind, space) among rows that are not `deleting`. */
  readonly slug: string | null
  readonly filename: string | null
  /** Equals `filename` where the kind demands unique filenames, else null. Unique in (kind, space) among rows not `deleting`. */
  readonly uniqueName: string | null
  /** Decided from the bytes first; `application/octet-stream` when unknown; null without bytes. */
  readonly contentType: string | null
  readonly sizeBytes: number | null
  /** Lower-case hexadecimal. */
  readonly sha256: string | null
  readonly width: number | null
  readonly height: number | null
  readonly properties: JsonObject
  readonly fields: JsonObject
  readonly metadata: JsonObject
  readonly tags: readonly string[]
  readonly externalUrl: string | null
  /** The blob that holds the current bytes. */
  readonly blobId: string | null
  /** 0 while uploading, 1 once ready; every update adds 1. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

/**
 * `writing`: an object may exist; `leaseToken` says who writes it.
 * `stored`: acknowledged and verified. `condemned`: to be removed from `dueAt` on.
 */
export type BlobState = 'writing' | 'stored' | 'condemned'

/** What a scanner said of the bytes; what it found something in, or can never scan, is rejected. */
export type ScanVerdict = 'clean' | 'rejected'

/** One object in storage, and its right to exist. */
export interface BlobRecord {
  readonly id: string
  /** `''` while it is announced for an upload: the asset's row is written with its bytes verified. */
  readonly assetId: string
  readonly kind: string
  readonly storage: string
  readonly key: string
  readonly state: BlobState
  /** `original`, or the name of the recipe that derived it. */
  readonly role: string
  /** The blob that it was derived from; null for originals. Together with `role` unique among blobs that are not `condemned`. */
  readonly sourceId: string | null
  /** Null: never scanned. */
  readonly scan: ScanVerdict | null
  readonly sizeBytes: number | null
  readonly sha256: string | null
  readonly etag: string | null
  readonly contentType: string | null
  readonly leaseToken: string | null
  /** When the sweeper looks at it: end of the lease while `writing`, purge time once `condemned`, else null. */
  readonly dueAt: number | null
  /** How often a purge must still delete the object: 2 where a writer may be alive, else 1. */
  readonly purgesLeft: number
  readonly createdAt: number
}
