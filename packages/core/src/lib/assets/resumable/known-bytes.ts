import { createHash, type Hash } from 'node:crypto'
import type { KnownFacts } from '../completion/verify.ts'

/** Of as many uploads at most, those that were heard of last. */
const MAX_UPLOADS = 200
/** As much of a file's beginning as sniffing may look at. */
export const PREFIX_BYTES = 64 * 1024

/** What a process knows of the bytes of an upload that it has seen from the first on. */
export class SeenBytes {
  readonly #hash: Hash
  #prefix: Uint8Array
  #bytes: number

  constructor(from?: { readonly hash: Hash; readonly prefix: Uint8Array; readonly bytes: number }) {
    this.#hash = from?.hash ?? createHash('sha256')
    this.#prefix = from?.prefix ?? new Uint8Array(0)
    this.#bytes = from?.bytes ?? 0
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The beginning, which is complete once there is more than that. */
  get prefix(): Uint8Array {
    return this.#prefix
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    if (this.#prefix.byteLength < PREFIX_BYTES) {
      this.#prefix = Buffer.concat([this.#prefix, chunk.subarray(0, PREFIX_BYTES - this.#prefix.byteLength)])
    }
    this.#bytes += chunk.byteLength
  }

  /** Another that goes on from here by itself. */
  fork(): SeenBytes {
    return new SeenBytes({ hash: this.#hash.copy(), prefix: this.#prefix, bytes: this.#bytes })
  }

  /** What can be told once all bytes were seen. */
  facts(): KnownFacts {
    return { sha256: this.#hash.copy().digest('hex'), prefix: this.#prefix }
  }
}

/** Digests that run along from request to request, so that few files are read once more. A restart forgets them. */
export interface KnownBytes {
  /** What is known of an upload of which so many bytes are kept; null where others brought some of them. Taken by one request at a time. */
  take(uploadId: string, offsetBytes: number): SeenBytes | null
  keep(uploadId: string, seen: SeenBytes): void
}

export function createKnownBytes(): KnownBytes {
  const known = new Map<string, SeenBytes>()
  return {
    take(uploadId, offsetBytes) {
      const found = known.get(uploadId)
      known.delete(uploadId)
      if (found?.bytes === offsetBytes) return found
      return offsetBytes === 0 ? new SeenBytes() : null
    },
    keep(uploadId, seen) {
      known.delete(uploadId)
      known.set(uploadId, seen)
      const [oldest] = known.keys()
      if (known.size > MAX_UPLOADS && oldest !== undefined) known.delete(oldest)
    },
  }
}
