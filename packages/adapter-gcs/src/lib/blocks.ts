import { createHash, type Hash } from 'node:crypto'
import { abortableBody, type Checksum, disposeChunk, type StorageBody, StowageError } from '@stowage/core/contracts'
import { crc32c, crc32cText } from './crc32c.ts'

/** Part of a body: what one request sends. */
export interface Block {
  readonly bytes: Buffer
  readonly last: boolean
}

export interface BlocksOptions {
  readonly blockBytes: number
  readonly maxBytes: number
  readonly sizeBytes?: number | undefined
  readonly checksum?: Checksum | undefined
  /** Whether nobody else keeps the body's chunks: their memory is given back as soon as they are copied. Default false. */
  readonly disposable?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

const FIRST_BYTES = 64 * 1024

/**
 * Cuts a body into blocks of one size, the last but not shorter than a byte, and proves its declared length and checksum before the
 * last is handed out: whoever sends a block commits nothing that is wrong. Holds one block, and the chunk that goes beyond it.
 */
export class Blocks {
  readonly #options: BlocksOptions
  readonly #source: AsyncGenerator<Uint8Array, void>
  readonly #hash: Hash | null
  #crc = 0
  #sizeBytes = 0
  /** What `#rest` is the rest of. */
  #chunk: Uint8Array = new Uint8Array(0)
  #rest: Uint8Array = new Uint8Array(0)
  #ended = false
  /** Blocks' memory, each as large as may be needed. */
  readonly #free: Buffer[] = []

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
    const { blockBytes, disposable } = this.#options
    let bytes = this.#free.pop() ?? Buffer.allocUnsafeSlow(Math.min(blockBytes, this.#guess()))
    let filled = 0
    while (filled < blockBytes && (await this.#fetch())) {
      const piece = this.#rest.subarray(0, blockBytes - filled)
      if (filled + piece.byteLength > bytes.byteLength) bytes = grown(bytes, filled + piece.byteLength, blockBytes)
      bytes.set(piece, filled)
      filled += piece.byteLength
      this.#rest = this.#rest.subarray(piece.byteLength)
      if (disposable && this.#rest.byteLength === 0) disposeChunk(this.#chunk)
    }
    return { bytes: bytes.subarray(0, filled), last: !(await this.#fetch()) }
  }

  /** No request reads this block any more: its memory is used again. */
  done({ bytes: { buffer } }: Block): void {
    if (buffer instanceof ArrayBuffer) this.#free.push(Buffer.from(buffer))
  }

  /** Lets the source go, and the memory of what is done; no block comes any more. */
  async stop(): Promise<void> {
    for (const bytes of this.#free.splice(0)) disposeChunk(bytes)
    await this.#source.return()
  }

  /** @returns whether there are bytes in `#rest` */
  async #fetch(): Promise<boolean> {
    while (this.#rest.byteLength === 0 && !this.#ended) {
      const { done, value } = await this.#source.next()
      if (done) this.#end()
      else this.#take(value)
    }
    return this.#rest.byteLength > 0
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
    this.#chunk = chunk
    this.#rest = chunk
  }

  #end(): void {
    this.#ended = true
    const { sizeBytes: declared, checksum } = this.#options
    if (declared !== undefined && this.#sizeBytes < declared)
      throw new StowageError('invalid_request', `The body ended after ${this.#sizeBytes} of ${declared} declared bytes.`)
    if (checksum && this.#hash?.digest('hex') !== checksum.value)
      throw new StowageError('checksum_mismatch', 'The bytes do not have the declared SHA-256.')
  }

  /** Bytes that are still to come, at most; the beginning of a body of unknown length may be all of it. */
  #guess(): number {
    const { sizeBytes } = this.#options
    if (sizeBytes !== undefined) return sizeBytes - this.#sizeBytes + this.#rest.byteLength
    return this.#sizeBytes === 0 ? FIRST_BYTES : Number.POSITIVE_INFINITY
  }
}

function grown(bytes: Buffer, needed: number, most: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(most, Math.max(needed, 2 * bytes.byteLength)))
  larger.set(bytes)
  // Nobody else has it, and the collector would let it lie for long.
  disposeChunk(bytes)
  return larger
}
