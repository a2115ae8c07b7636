import { type TaskFile, Unreadable } from '../pool/task.ts'

/** A file's bytes by their place. */
export interface FileBytes {
  /** Infinite where it is not known. */
  readonly sizeBytes: number
  /** Exactly `length` bytes. @throws OutOfSight, or Unreadable where the file ends before */
  view(start: number, length: number): Promise<DataView>
  /** The first bytes, as many of them as can be seen, up to 16 KiB. */
  head(maxBytes: number): Promise<Uint8Array>
}

/** What is asked for lies beyond the part that may be seen from here. */
export class OutOfSight extends Error {
  override readonly name = 'OutOfSight'
}

/** The first bytes of a file, without the rest. */
export function prefixBytes(prefix: Uint8Array, sizeBytes = Number.POSITIVE_INFINITY): FileBytes {
  return {
    sizeBytes,
    head: async maxBytes => prefix.subarray(0, maxBytes),
    async view(start, length) {
      if (start + length > prefix.length) throw new OutOfSight(`Byte ${start + length} is beyond the first ${prefix.length}.`)
      return new DataView(prefix.buffer, prefix.byteOffset + start, length)
    },
  }
}

const BLOCK_BYTES = 16 * 1024
const MAX_READS = 2000

/** A whole file, read by ranges: one block at a time is kept. */
export function rangedBytes(file: Pick<TaskFile, 'sizeBytes' | 'read'>): FileBytes {
  let block: { start: number; bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() }
  let reads = 0
  return {
    sizeBytes: file.sizeBytes,
    head: maxBytes => file.read(0, maxBytes),
    async view(start, length) {
      if (start + length > file.sizeBytes) throw new Unreadable('The picture ends before its dimensions: it is cut off.')
      if (start < block.start || start + length > block.start + block.bytes.length) {
        reads += 1
        if (reads > MAX_READS) throw new Unreadable('The picture hides its dimensions behind too many parts.')
        block = { start, bytes: await file.read(start, start + Math.max(length, BLOCK_BYTES)) }
      }
      return new DataView(block.bytes.buffer, block.bytes.byteOffset + start - block.start, length)
    },
  }
}

/** Letters of a fixed place, such as the name of a chunk. */
export function textAt(view: DataView, start: number, length: number): string {
  let text = ''
  for (let at = start; at < start + length; at++) text += String.fromCharCode(view.getUint8(at))
  return text
}
