import type { Buffer } from 'node:buffer'
import { asBuffer } from './text.ts'

/** Takes the next chunk; null at the end. */
export type TakeChunk = (chunk: Buffer | null) => void

/** Reads a source chunk by chunk; a read that hangs can be ended from outside. */
export class ChunkSource {
  readonly #iterator: AsyncIterator<Uint8Array>
  readonly #take: TakeChunk
  /** The read under way: shared by all who wait for it. */
  #reading: Promise<void> | null = null
  #interrupt: ((error: unknown) => void) | null = null
  #over = false

  constructor(source: AsyncIterable<Uint8Array>, take: TakeChunk) {
    this.#iterator = source[Symbol.asyncIterator]()
    this.#take = take
  }

  /**
   * Resolves when the next chunk was taken. Who comes while a read is under way waits for that one.
   * @throws what the source throws; TypeError for a chunk that is not bytes
   */
  read(): Promise<void> {
    this.#reading ??= new Promise((resolve, reject) => {
      this.#interrupt = reject
      const onResult = (result: IteratorResult<Uint8Array>) => {
        this.#reading = null
        this.#interrupt = null
        if (result.done) this.#over = true
        else if (!(result.value instanceof Uint8Array)) return reject(notBytes())
        this.#take(result.done ? null : asBuffer(result.value))
        resolve()
      }
      const onError = (error: unknown) => {
        this.#over = true
        reject(error)
      }
      this.#iterator.next().then(onResult, onError)
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
    if (interrupt === null) await returned
    // A generator answers only once its pending read does, which may be never; the reader has its error already.
    else returned?.catch(() => undefined)
  }
}

function notBytes(): TypeError {
  return new TypeError('The source of a multipart body must yield Uint8Array chunks; read it without an encoding.')
}
