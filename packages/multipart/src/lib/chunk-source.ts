import type { Buffer } from 'node:buffer'
import { asBuffer } from './text.ts'

/** Reads a source chunk by chunk; a read that hangs can be ended from outside. */
export class ChunkSource {
  readonly #iterator: AsyncIterator<Uint8Array>
  /** The read under way: shared by all who wait for it. */
  #reading: Promise<Buffer | null> | null = null
  #interrupt: ((error: unknown) => void) | null = null
  #over = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]()
  }

  /**
   * Hands the next chunk to `take`, null at the end. Who comes while a read is under way waits for that one.
   * @throws what the source throws; TypeError for a chunk that is not bytes
   */
  read(take: (chunk: Buffer | null) => void): Promise<unknown> {
    this.#reading ??= this.#next().then(chunk => {
      this.#reading = null
      take(chunk)
      return chunk
    })
    return this.#reading
  }

  /** Ends the read under way with `error` and tells the source that no other will come. Resolves when the source is done. */
  async close(error: unknown): Promise<void> {
    const interrupt = this.#interrupt
    interrupt?.(error)
    if (this.#over) return
    this.#over = true
    const returned = this.#iterator.return?.()
    // A generator answers only once its pending read does, which may be never.
    if (interrupt === null) await returned
    else returned?.catch(() => undefined)
  }

  async #next(): Promise<Buffer | null> {
    const result = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      this.#interrupt = reject
      this.#iterator.next().then(resolve, reject)
    }).catch((error: unknown) => {
      this.#over = true
      throw error
    })
    this.#interrupt = null
    if (result.done) {
      this.#over = true
      return null
    }
    if (!(result.value instanceof Uint8Array)) {
      throw new TypeError('The source of a multipart body must yield Uint8Array chunks; read it without an encoding.')
    }
    return asBuffer(result.value)
  }
}
