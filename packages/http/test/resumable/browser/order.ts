/** What a test tells a page to upload, and how. */
export interface Order {
  readonly by: 'tus-js-client' | 'Uppy'
  readonly endpoint: string
  readonly sizeBytes: number
  /** Of which the file is made, over and over. */
  readonly part: { readonly bytes: number; readonly seed: number }
  /** How many files at once, each of its own bytes. Default 1. */
  readonly files?: number
  readonly chunkBytes?: number
  /** Between two tries. Default 0: the clients' own pauses are for people. */
  readonly retryDelayMs?: number
  readonly withCreation?: boolean
  /** As a stream whose length nobody knows. */
  readonly deferred?: boolean
  /** Each request with its SHA-256. */
  readonly checksum?: boolean
  /** The first of them wrong. */
  readonly spoils?: boolean
}

/** How it went. */
export interface Told {
  /** Of the uploads. */
  readonly urls: readonly string[]
  readonly asset: string | null
  /** Bytes that were sent, each time that was told. */
  readonly progress: readonly number[]
  /** Requests that did not go well. */
  readonly failed: number
}

/** The bytes of which a file is made. */
export function partOf({ part }: Pick<Order, 'part'>, number: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: part.bytes }, (_, at) => (at * at + (at >> 8) + part.seed + number) % 251)
}
