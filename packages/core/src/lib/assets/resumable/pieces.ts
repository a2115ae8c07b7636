import { abortableReader } from '../../bytes/abortable.ts'

/** The bytes of one request, handed out piece by piece. Whatever ends them, what came until then counts. */
export interface Pieces {
  /** Whether there is another byte; waits for it. */
  more(): Promise<boolean>
  /** At most so many bytes: fewer where the request ends. One piece is read to its end before the next. */
  take(maxBytes: number): Piece
  /** What the request ended with, where that was not its end. */
  readonly failure: unknown
  close(): Promise<void>
}

export interface Piece {
  readonly body: AsyncIterable<Uint8Array>
  /** How many bytes were handed out. */
  readonly bytes: number
}

/**
 * @param signal ends the bytes as if the sender had gone
 * @param onChunk shown each chunk before it is handed out
 */
export function openPieces(source: AsyncIterable<Uint8Array>, signal: AbortSignal, onChunk: (chunk: Uint8Array) => void): Pieces {
  const reader = abortableReader(source, signal)
  let held: Uint8Array | null = null
  let ended = false
  let failure: unknown
  const more = async (): Promise<boolean> => {
    while (held === null && !ended) {
      try {
        const next = await reader.next()
        if (next.done === true) ended = true
        else if (next.value.byteLength > 0) held = next.value
      } catch (error) {
        ended = true
        failure = error
      }
    }
    return held !== null
  }
  const upTo = (bytes: number): Uint8Array => {
    const chunk = held as Uint8Array
    if (chunk.byteLength <= bytes) {
      held = null
      return chunk
    }
    // Whoever gets the first half may take back the memory of both.
    held = Uint8Array.from(chunk.subarray(bytes))
    return chunk.subarray(0, bytes)
  }
  return {
    more,
    take(maxBytes) {
      let bytes = 0
      const next = async (): Promise<IteratorResult<Uint8Array>> => {
        if (bytes === maxBytes || !(await more())) return { done: true, value: undefined }
        const value = upTo(maxBytes - bytes)
        bytes += value.byteLength
        onChunk(value)
        return { done: false, value }
      }
      return {
        body: { [Symbol.asyncIterator]: () => ({ next }) },
        get bytes() {
          return bytes
        },
      }
    },
    get failure() {
      return failure
    },
    close: () => reader.close(),
  }
}
