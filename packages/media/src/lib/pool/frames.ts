/** What parent and child say to each other: nine bytes of head (kind, id, length of the payload), then the payload. */
export const frames = {
  /** Child: doors are closed, give me work. */
  ready: 1,
  /** Parent: task, options and the file's facts, as JSON. */
  run: 2,
  /** Child: the task's code is loaded, it begins now. */
  started: 3,
  /** Child: start, end (exclusive) and how many bytes may be sent at once. */
  read: 4,
  /** Child: so many more bytes may be sent. */
  more: 5,
  /** Child: no more of these bytes. */
  stop: 6,
  /** Parent: bytes of a read. */
  data: 7,
  /** Parent: all bytes of a read were sent. */
  end: 8,
  /** Parent: the file can't be read. */
  broken: 9,
  /** Child: what the task returned. */
  result: 10,
  /** Child: what the task threw, as JSON. */
  failure: 11,
  /** Child: so many bytes of the lent file were read without the parent. */
  took: 12,
} as const

export type FrameKind = (typeof frames)[keyof typeof frames]

export interface Frame {
  readonly kind: number
  readonly id: number
  readonly payload: Uint8Array
}

const HEAD_BYTES = 9

/** Head and payload in one piece where the payload is small, so that it is one write. */
export function frameOf(kind: FrameKind, id: number, ...payload: readonly Uint8Array[]): Uint8Array[] {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head[0] = kind
  head.writeUInt32LE(id, 1)
  head.writeUInt32LE(
    payload.reduce((sum, part) => sum + part.byteLength, 0),
    5,
  )
  return [head, ...payload]
}

export interface FrameReader {
  push(chunk: Uint8Array): void
}

/**
 * Cuts a byte stream into frames.
 * @param maxBytes largest payload of a kind; null for a kind that may not come. Asked before any memory is taken for it
 * @param onFrame false: nothing further is read
 */
export function frameReader(
  maxBytes: (kind: number) => number | null,
  onFrame: (frame: Frame) => boolean,
  onBroken: () => void,
): FrameReader {
  const head = Buffer.alloc(HEAD_BYTES)
  let headFilled = 0
  let payload: Buffer | null = null
  let filled = 0
  let stopped = false

  function begin(): void {
    const max = maxBytes(head.readUInt8(0))
    const length = head.readUInt32LE(5)
    if (max !== null && length <= max) {
      payload = Buffer.allocUnsafeSlow(length)
      filled = 0
      return
    }
    stopped = true
    onBroken()
  }

  /** @returns how many bytes were taken */
  function take(chunk: Uint8Array, at: number): number {
    if (payload === null) {
      const count = Math.min(HEAD_BYTES - headFilled, chunk.length - at)
      head.set(chunk.subarray(at, at + count), headFilled)
      headFilled += count
      if (headFilled === HEAD_BYTES) begin()
      return count
    }
    const count = Math.min(payload.length - filled, chunk.length - at)
    payload.set(chunk.subarray(at, at + count), filled)
    filled += count
    return count
  }

  return {
    push(chunk) {
      for (let at = 0; at < chunk.length && !stopped; ) {
        at += take(chunk, at)
        if (payload === null || filled < payload.length || stopped) continue
        const frame = { kind: head.readUInt8(0), id: head.readUInt32LE(1), payload }
        payload = null
        headFilled = 0
        stopped = !onFrame(frame)
      }
    },
  }
}
