/**
 * Why an object was not copied.
 *
 * `missing_object`, `wrong_size`, `wrong_digest`, `unreadable_object`: its bytes are not what its row says, or can't be read. `not_written`: the other
 * storage did not take it. `key_taken`: another object has its key there. `waiting`: what is left of an earlier copy must be removed first.
 * `under_way`: another process is copying it.
 */
export type CopyFindingType =
  | 'missing_object'
  | 'wrong_size'
  | 'wrong_digest'
  | 'unreadable_object'
  | 'not_written'
  | 'key_taken'
  | 'waiting'
  | 'under_way'

export interface CopyFinding {
  readonly type: CopyFindingType
  /** What is wrong, for people. */
  readonly message: string
  readonly storage: string
  readonly key: string
  readonly assetId: string
  readonly blobId: string
}

export interface Amount {
  readonly objects: number
  readonly bytes: number
}

export interface CopyProgress {
  /** `count` looks how much there is, `clean` removes copies of what was deleted meanwhile. */
  readonly phase: 'count' | 'copy' | 'clean'
  /** What was looked at in this phase: copied, skipped or found faulty; and the bytes of what is under way. */
  readonly done: Amount
  /** How much there was when it was counted; zero while that goes on. */
  readonly expected: Amount
  /** Bytes that were read and written since the beginning. */
  readonly movedBytes: number
}

export interface CopyOptions {
  /** Name of the storage that gets the objects. */
  readonly to: string
  /** Names of the storages that they are copied from. Default: all others. */
  readonly from?: readonly string[]
  /**
   * Rows of copied objects name the new storage from then on, each at once and for itself. Every process of the service has to know both storages by
   * then. Default false: the objects are copied, and nothing is read from there yet.
   */
  readonly switch?: boolean
  /** With `switch`: objects that are no longer needed in their old storage are removed that long after. Default: they stay there, without a row. */
  readonly removeAfterMs?: number
  /** Only counts. Default false. */
  readonly dryRun?: boolean
  /** How many objects are copied at once. Default 4. */
  readonly concurrency?: number
  /** Of all of them together. Default: as fast as it goes. */
  readonly bytesPerSecond?: number
  /** How many findings the report keeps. Default 1000. */
  readonly maxFindings?: number
  readonly onProgress?: (progress: CopyProgress) => void
  /** Ends it early, with what it has done until then; another run goes on. */
  readonly signal?: AbortSignal
}

export interface CopyReport {
  /** False where it was ended early. */
  readonly complete: boolean
  readonly dryRun: boolean
  readonly from: readonly string[]
  readonly to: string
  readonly startedAt: number
  readonly endedAt: number
  /** What lay in the storages to copy from when it was counted. */
  readonly counted: Amount
  /** Of this run, verified by size and SHA-256 while they were read. */
  readonly copied: Amount
  /** What an earlier run had copied, and is still there as that had left it. */
  readonly skipped: Amount
  /** Rows that name the new storage since this run. */
  readonly switched: Amount
  /** Copies that were removed again because their assets were deleted or replaced meanwhile. */
  readonly removed: number
  /**
   * What the storages to copy from are still needed for. With `switch`: objects whose rows still name them, uploads that have not ended there, objects
   * that are to be removed there. Without it, and in a dry run: objects that are not copied.
   */
  readonly left: { readonly objects: number; readonly uploads: number; readonly removals: number }
  readonly total: number
  /** The first of them. */
  readonly findings: readonly CopyFinding[]
}
