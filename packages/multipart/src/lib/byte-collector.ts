import { Buffer } from 'node:buffer'

/** Copies pieces of several chunks into one growing buffer. The caller bounds what it appends. */
export class ByteCollector {
  #buffer = Buffer.alloc(0)
  length = 0

  append(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.#buffer.length) this.#grow(length)
    source.copy(this.#buffer, this.length, start, end)
    this.length = length
  }

  /** The bytes so far; valid until the next append. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(256, length, 2 * this.#buffer.length))
    this.#buffer.copy(grown, 0, 0, this.length)
    this.#buffer = grown
  }
}
