import type { Readable } from 'node:stream'
import { StowageError } from '@stowage/core/contracts'
import { crc32c, crc32cText } from './crc32c.ts'
import { broken } from './errors.ts'
import type { IdleLimit } from './idle-limit.ts'

export interface ReadBodyOptions {
  readonly stream: Readable
  readonly limit: IdleLimit
  readonly doing: string
  readonly sizeBytes: number
  /** Of all bytes; null where only some are read. */
  readonly crc32c: string | null
}

/** Bytes as they come: exactly as many as there should be, with the hash that they should have, or an error. */
export class ReadBody implements AsyncIterable<Uint8Array> {
  readonly #options: ReadBodyOptions
  readonly #chunks: AsyncIterator<Uint8Array>
  #sizeBytes = 0
  #crc = 0

  constructor(options: ReadBodyOptions) {
    this.#options = options
    const { stream, limit } = options
    this.#chunks = stream[Symbol.asyncIterator]()
    // The connection is given up whether or not anybody reads just now.
    limit.signal.addEventListener('abort', () => stream.destroy(limit.signal.reason), { once: true })
    limit.pause()
  }

  [Symbol.asyncIterator]() {
    return {
      next: () => this.#next(),
      return: async (): Promise<IteratorResult<Uint8Array, undefined>> => {
        this.#end()
        return { done: true, value: undefined }
      },
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const { limit, doing } = this.#options
    try {
      if (limit.signal.aborted) throw limit.signal.reason
      limit.moved()
      const { done, value } = await this.#chunks.next()
      limit.pause()
      if (!done) return { done: false, value: this.#counted(value) }
      this.#verify()
      this.#end()
      return { done: true, value: undefined }
    } catch (error) {
      this.#end()
      throw broken(limit.reasonFor(error), doing)
    }
  }

  #counted(chunk: Uint8Array): Uint8Array {
    this.#sizeBytes += chunk.byteLength
    if (this.#options.crc32c !== null) this.#crc = crc32c(chunk, this.#crc)
    return chunk
  }

  #verify(): void {
    const { sizeBytes, crc32c: expected, doing } = this.#options
    if (this.#sizeBytes !== sizeBytes)
      throw new StowageError('unavailable', `Could not ${doing}: ${this.#sizeBytes} of ${sizeBytes} bytes came.`)
    if (expected !== null && crc32cText(this.#crc) !== expected)
      throw new StowageError('unavailable', `Could not ${doing}: the bytes were damaged on their way. Read them again.`)
  }

  #end(): void {
    this.#options.limit.end()
    this.#options.stream.destroy()
  }
}
