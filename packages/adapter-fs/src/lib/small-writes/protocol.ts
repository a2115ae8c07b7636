/** Small files are handed over in shared memory: this many at once, of at most this size. */
export const SLOTS = 32
export const SLOT_BYTES = 128 * 1024

export interface ThreadData {
  readonly memory: SharedArrayBuffer
  /** Folder for temporary files, on the root's file system. */
  readonly work: string
  readonly fileMode: number
  readonly directoryMode: number
}

/** One file whose bytes lie in a slot. */
export interface Job {
  readonly slot: number
  readonly sizeBytes: number
  /** Absolute path. */
  readonly folder: string
  /** The folder's own, which is there durably, where it is not certain that the folder is; null where it is. */
  readonly parent: string | null
  readonly name: string
  readonly createOnly: boolean
  /** Modification time, in seconds since the epoch. */
  readonly time: number
}

/**
 * What became of the job in a slot. `declined`: nothing was done, and the long way will say why. `failed`: what was written may not be
 * durable, and must not be tried again as if nothing had happened.
 */
export type Outcome =
  | { readonly slot: number; readonly done: { readonly mtimeNs: bigint; readonly size: bigint } }
  | { readonly slot: number; readonly declined: true }
  | { readonly slot: number; readonly failed: { readonly code: string; readonly message: string } }
