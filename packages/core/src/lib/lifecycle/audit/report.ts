/**
 * What an audit can find.
 *
 * `orphan`: an object without a row. `missing_object`, `wrong_size`, `wrong_digest`, `unreadable_object`: bytes that a ready asset
 * no longer has as they were. `asset_without_blob`, `asset_differs`, `blob_unreferenced`: rows that disagree with each other.
 * `object_elsewhere`: a row whose object lies in another storage. `overdue`: a row that nobody took up long after its lease or its
 * time. `usage`: counters that differ from the sums of the rows. `unfinished_upload`, `temporary_file`: what the storage holds
 * besides objects, with no row that needs it.
 */
export type AuditFindingType =
  | 'orphan'
  | 'missing_object'
  | 'wrong_size'
  | 'wrong_digest'
  | 'unreadable_object'
  | 'asset_without_blob'
  | 'asset_differs'
  | 'blob_unreferenced'
  | 'object_elsewhere'
  | 'overdue'
  | 'usage'
  | 'unfinished_upload'
  | 'temporary_file'

/** One disagreement. Which of the names are there depends on its type. */
export interface AuditFinding {
  readonly type: AuditFindingType
  /** What is wrong, for people. */
  readonly message: string
  readonly kind?: string
  readonly space?: string
  readonly assetId?: string
  readonly blobId?: string
  readonly jobId?: string
  readonly uploadId?: string
  readonly key?: string
  readonly sizeBytes?: number
  /** When the object was written, or since when the row is overdue; milliseconds since the epoch. */
  readonly since?: number
}

export interface AuditProgress {
  /** What is being compared; `repair` goes through the storage once more. */
  readonly phase: 'usage' | 'objects' | 'assets' | 'unfinished' | 'tasks' | 'repair'
  /** Objects (or, in `assets`, rows) that were looked at in this phase. */
  readonly done: number
  /** About how many there are: the ready assets, as they were counted first. */
  readonly expected: number
  readonly findings: number
}

export interface AuditOptions {
  /** `digest` reads every object and compares its SHA-256. Default `size`: what the storage's listing says. */
  readonly verify?: 'size' | 'digest'
  /** Objects, unfinished uploads and temporary files that are younger are no finding; 0: age does not matter. Default one day. */
  readonly graceMs?: number
  /** How long after its lease or its time a row may be left before it is a finding. Default one hour. */
  readonly overdueMs?: number
  /**
   * What is mended; default nothing. `orphans`: objects without a row, and unfinished uploads and temporary files. `usage`:
   * counters. Ready rows and their objects are never touched.
   */
  readonly repair?: { readonly orphans?: boolean; readonly usage?: boolean }
  /** Removes orphans although they look like the traces of a database that is older than its storage. Default false. */
  readonly force?: boolean
  /** Share of objects without a row from which on nothing is removed unless forced. Default 0.05. */
  readonly maxOrphanShare?: number
  /** How many findings the report keeps; `onFinding` sees all of them. Default 1000. */
  readonly maxFindings?: number
  readonly onFinding?: (finding: AuditFinding) => void
  readonly onProgress?: (progress: AuditProgress) => void
  /** Ends the audit early, with what it found until then. */
  readonly signal?: AbortSignal
}

export interface AuditReport {
  /** False where it was ended early. */
  readonly complete: boolean
  readonly startedAt: number
  readonly endedAt: number
  readonly checked: {
    readonly objects: number
    /** Of these, objects within the grace age that have no row yet. */
    readonly youngObjects: number
    /** Bytes that were read and compared with their digest. */
    readonly verifiedBytes: number
    readonly blobs: number
    readonly assets: number
    readonly spaces: number
  }
  readonly total: number
  readonly counts: { readonly [Type in AuditFindingType]?: number }
  /** The first of them. */
  readonly findings: readonly AuditFinding[]
  readonly repaired: {
    readonly orphans: number
    readonly orphanBytes: number
    readonly unfinished: number
    readonly usage: number
    /** Why orphans were asked to be removed, and were not. */
    readonly refused: string | null
  }
}
