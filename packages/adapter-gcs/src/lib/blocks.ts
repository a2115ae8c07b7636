import { createHash, type Hash } from 'node:crypto'
import { abortableBody, type Checksum, type StorageBody, StowageError } from '@stowage/core/contracts'
import { crc32c, crc32cText } from './crc32c.ts'

/** Part of a body: what one request sends. */
export interface Block {
  readonly chunks: readonly Uint8Array[]
  readonly sizeBytes: number
  readonly last: boolean
}

export interface BlocksOptions {
  readonly blockBytes: number
  readonly maxBytes: number
  readonly sizeBytes?: number | undefined
  readonly checksum?: Checksum | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Cuts a body into blocks of one size, the last but not shorter than a byte, and proves its declared length and checksum before the
 * last is handed out: whoever sends a block commits nothing that is wrong.
 */
export class Blocks {
  readonly #options: BlocksOptions
  readonly #source: AsyncGenerator<Uint8Array, void>
  readonly #hash: Hash | null
  #crc = 0
  #sizeBytes = 0
  #rest: Uint8Array[] = []
  #restBytes = 0
  #ended = false

  constructor(body: StorageBody, options: BlocksOptions) {
    this.#options = options
    this.#source = abortableBody(body, options.signal)
    this.#hash = options.checksum ? createHash(options.checksum.algorithm) : null
  }

  /** Of all bytes that were read, as the service writes it. */
  get crc32c(): string {
    return crc32cText(this.#crc)
  }

  /** Bytes that were read. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** @throws `invalid_request`, `content_too_large`, `checksum_mismatch`, `aborted`; whatever the source throws */
  async next(): Promise<Block> {
    const { blockBytes } = this.#options
    while (!this.#ended && this.#restBytes <= blockBytes) {
      const { done, value } = await this.#source.next()
      if (done) this.#end()
      else if (value.byteLength > 0) this.#take(value)
    }
    return this.#restBytes > blockBytes ? this.#cut(blockBytes) : this.#cut(this.#restBytes)
  }

  /** Lets the source go; no block comes any more. */
  async stop(): Promise<void> {
    await this.#source.return()
  }

  #take(chunk: Uint8Array): void {
    const { sizeBytes: declared, maxBytes } = this.#options
    this.#sizeBytes += chunk.byteLength
    if (declared !== undefined && this.#sizeBytes > declared)
      throw new StowageError('invalid_request', `The body is longer than the declared ${declared} bytes.`)
    if (this.#sizeBytes > maxBytes)
      throw new StowageError('content_too_large', `The body is longer than ${maxBytes} bytes, the most that is taken.`)
    this.#hash?.update(chunk)
    this.#crc = crc32c(chunk, this.#crc)
    this.#rest.push(chunk)
    this.#restBytes += chunk.byteLength
  }

  #end(): void {
    this.#ended = true
    const { sizeBytes: declared, checksum } = this.#options
    if (declared !== undefined && this.#sizeBytes < declared)
      throw new StowageError('invalid_request', `The body ended after ${this.#sizeBytes} of ${declared} declared bytes.`)
    if (checksum && this.#hash?.digest('hex') !== checksum.value)
      throw new StowageError('checksum_mismatch', 'The bytes do not have the declared SHA-256.')
  }

  #cut(sizeBytes: number): Block {
    const chunks: Uint8Array[] = []
    let missing = sizeBytes
    while (missing > 0) {
      const chunk = this.#rest.shift()
      if (!chunk) break
      chunks.push(chunk.subarray(0, missing))
      if (chunk.byteLength > missing) this.#rest.unshift(chunk.subarray(missing))
      missing -= Math.min(missing, chunk.byteLength)
    }
    this.#restBytes -= sizeBytes
    return { chunks, sizeBytes, last: this.#ended && this.#restBytes === 0 }
  }
}
