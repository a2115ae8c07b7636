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

  /** Bytes from the position up to `end`: the chunk itself where that is all of it. */
  takeUntil(end: number): Buffer {
    const { bytes, position } = this
    this.position = end
    return position === 0 && end === bytes.length ? bytes : bytes.subarray(position, end)
  }
}
