/**
 * What a bridge asks of its source: whole small values under plain names of `[0-9a-z./]`. Nothing more is taken for granted; a write may
 * be seen half done, and be cut off by a crash.
 */
export interface Shelf {
  /** What errors call the source. */
  readonly title: string
  write(name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>
  /** Null when there is none. The bytes are nobody else's. */
  read(name: string, signal?: AbortSignal): Promise<Uint8Array | null>
  has(name: string, signal?: AbortSignal): Promise<boolean>
  /** What is not there is success. */
  remove(name: string, signal?: AbortSignal): Promise<void>
  /** All names below a folder, in any order. */
  names(folder: string, signal?: AbortSignal): AsyncIterable<string>
}
