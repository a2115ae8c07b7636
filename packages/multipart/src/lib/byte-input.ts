import { Buffer } from 'node:buffer'

const empty = Buffer.alloc(0)

/** The chunk being parsed and how far. */
export class ByteInput {
  bytes: Buffer = empty
  position = 0

  get used(): boolean {
    return this.position === this.bytes.length
  }

  set(bytes: Buffer): void {
    this.bytes = bytes
    this.position = 0
  }

  /** Bytes from the position up to `end`: the chunk itself where that is all of it, and then it is the taker's alone. */
  takeUntil(end: number): Buffer {
    const { bytes, position } = this
    if (position === 0 && end === bytes.length) {
      this.set(empty)
      return bytes
    }
    this.position = end
    return bytes.subarray(position, end)
  }
}
