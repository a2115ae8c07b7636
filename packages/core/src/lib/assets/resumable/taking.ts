import type { Pieces } from './pieces.ts'

/** A way in which a storage is given the bytes of one request. */
export interface Taking {
  /** Once this has settled nothing is under way, and what came is kept, but for what `settle` is for. */
  takeAll(pieces: Pieces): Promise<void>
  /** Keeps the rest: of a request with a checksum, all of it. */
  settle(): Promise<void>
  close(): void
}
