import type { KeyQueue } from './key-queue.ts'
import type { Shelf } from './shelf.ts'

/** What every operation of a bridge works with. */
export interface Place {
  /** Each call ends in time, on the caller's signal, and with errors of ours. */
  readonly shelf: Shelf
  /** Orders what this process changes under one key. */
  readonly queue: KeyQueue
  readonly chunkBytes: number
  readonly maxObjectBytes: number
  readonly now: () => number
}
