import { createHash, type Hash } from 'node:crypto'
import { disposeChunk, type PutOptions, StowageError } from '@stowage/core/contracts'
import { invalid } from './errors.ts'

export interface Part {
  readonly bytes: Buffer
  /** Of these bytes. */
  readonly sha256: Buffer
}

interface Expected {
  readonly sizeBytes: PutOptions['sizeBytes'] | undefined
  readonly checksum?: PutOptions['checksum'] | undefined
  readonly maxBytes: number
}

interface ReaderOptions {
  readonly inParts: boolean
  /** Whether nobody else keeps the chunks: the memory of those that were copied is given back at once. Default false. */
  readonly disposable?: boolean | undefined
}

const FIRST_BYTES = 64 * 1024

/** Cuts a body into parts, and checks its length and digest when it has ended. Holds one part, and the chunk that goes beyond it. */
export class PartReader {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #expected: Expected
  readonly #whole: Hash | null
  readonly #disposable: boolean
  /** What `#rest` is the rest of. */
  #chunk: Uint8Array = new Uint8Array(0)
  #rest: Uint8Array = new Uint8Array(0)
  #ended = false
  #sizeBytes = 0

  constructor(source: AsyncIterator<Uint8Array>, expected: Expected, options: ReaderOptions) {
    this.#source = source
    this.#expected = expected
    this.#disposable = options.disposable ?? false
    // The digest of a single part is that of the whole.
    this.#whole = options.inParts && expected.checksum ? createHash('sha256') : null
  }

  /** Bytes that were read. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Known after each `read`. */
  get ended(): boolean {
    return this.#ended && this.#rest.byteLength === 0
  }

  /**
   * The next `partBytes`; fewer at the end only.
   * @param target what they are put into where it is large enough
   */
  async read(partBytes: number, target?: Buffer): Promise<Part> {
    const hash = createHash('sha256')
    let bytes = target && target.byteLength >= partBytes ? target : Buffer.allocUnsafeSlow(Math.min(partBytes, this.#guess()))
    let filled = 0
    while (filled < partBytes && (await this.#next())) {
      const chunk = this.#rest.subarray(0, partBytes - filled)
      this.#rest = this.#rest.subarray(chunk.byteLength)
      if (filled + chunk.byteLength > bytes.byteLength) bytes = grown(bytes, filled + chunk.byteLength, partBytes)
      bytes.set(chunk, filled)
      filled += chunk.byteLength
      hash.update(chunk)
      this.#whole?.update(chunk)
      if (this.#disposable && this.#rest.byteLength === 0) disposeChunk(this.#chunk)
    }
    await this.#next()
    const part = { bytes: bytes.subarray(0, filled), sha256: hash.digest() }
    if (this.ended) this.#verify(part)
    return part
  }

  /** The next chunk as it is, without a copy: of a body that is one. */
  async readWhole(): Promise<Part> {
    await this.#next()
    const bytes = Buffer.from(this.#rest.buffer, this.#rest.byteOffset, this.#rest.byteLength)
    this.#rest = new Uint8Array(0)
    await this.#next()
    const part = { bytes, sha256: createHash('sha256').update(bytes).digest() }
    if (this.ended) this.#verify(part)
    return part
  }

  /** All that is left, as it comes. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    while (await this.#next()) {
      yield this.#rest
      this.#rest = new Uint8Array(0)
    }
    this.#verifySize()
  }

  /** Lets the source go. */
  async release(): Promise<void> {
    await this.#source.return?.()
  }

  /** @returns whether there are bytes in `#rest` */
  async #next(): Promise<boolean> {
    while (this.#rest.byteLength === 0 && !this.#ended) {
      const { done, value } = await this.#source.next()
      if (done) this.#ended = true
      else this.#take(value)
    }
    return this.#rest.byteLength > 0
  }

  #take(chunk: unknown): void {
    if (!(chunk instanceof Uint8Array)) throw invalid(`The body yielded ${typeof chunk}, not bytes.`)
    this.#rest = chunk
    this.#chunk = chunk
    this.#sizeBytes += chunk.byteLength
    const { sizeBytes, maxBytes } = this.#expected
    if (sizeBytes !== undefined && this.#sizeBytes > sizeBytes)
      throw invalid(`The body is longer than the declared ${sizeBytes} bytes.`)
    if (this.#sizeBytes > maxBytes)
      throw new StowageError('content_too_large', `The body is longer than ${maxBytes} bytes, the most that is taken.`)
  }

  #verifySize(): void {
    const { sizeBytes } = this.#expected
    if (sizeBytes !== undefined && this.#sizeBytes < sizeBytes)
      throw invalid(`The body ended after ${this.#sizeBytes} of ${sizeBytes} declared bytes.`)
  }

  #verify({ sha256 }: Part): void {
    this.#verifySize()
    const { checksum } = this.#expected
    if (!checksum) return
    const digest = this.#whole ? this.#whole.digest('hex') : sha256.toString('hex')
    if (digest === checksum.value) return
    throw new StowageError('checksum_mismatch', `The bytes have the SHA-256 ${digest}, not the declared ${checksum.value}.`)
  }

  #guess(): number {
    return this.#expected.sizeBytes ?? (this.#sizeBytes === 0 ? FIRST_BYTES : Number.POSITIVE_INFINITY)
  }
}

function grown(bytes: Buffer, needed: number, most: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(most, Math.max(needed, 2 * bytes.byteLength)))
  larger.set(bytes)
  // Nobody else has it, and the collector would let it lie for long.
  disposeChunk(bytes)
  return larger
}
