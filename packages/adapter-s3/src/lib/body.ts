import type { Readable } from 'node:stream'
import { StowageError } from '@stowage/core/contracts'
import { quoted, s3Error } from './errors.ts'

interface Reading {
  readonly key: string
  /** What must come. */
  readonly sizeBytes: number
  /** Longest wait for the next piece. A reader that pauses has all the time. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** The bytes of an answer. Its socket is closed where the reading ends early, be it before the first byte. */
export function bodyOf(stream: Readable, reading: Reading): AsyncIterable<Uint8Array> {
  // Before the first byte, so that a connection which breaks while nobody reads is no uncaught error. The iterator throws it.
  stream.on('error', () => undefined)
  return { [Symbol.asyncIterator]: () => iterate(stream, reading) }
}

function iterate(stream: Readable, { key, sizeBytes, timeoutMs, signal }: Reading): AsyncIterator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let left = sizeBytes
  const late = () => stream.destroy(Object.assign(new Error(`Nothing came for ${timeoutMs} ms.`), { name: 'TimeoutError' }))
  return {
    async next() {
      const timer = setTimeout(late, timeoutMs)
      try {
        const result = await chunks.next()
        if (result.done && left > 0) throw cutShort(key, left)
        if (!result.done) left -= result.value.byteLength
        return result
      } catch (error) {
        throw s3Error(error, `read ${quoted(key)}`, signal)
      } finally {
        clearTimeout(timer)
      }
    },
    async return() {
      stream.destroy()
      await chunks.return?.()
      return { done: true, value: undefined }
    },
  }
}

function cutShort(key: string, bytes: number): StowageError {
  return new StowageError('unavailable', `The service ended ${quoted(key)} ${bytes} bytes early. Read the rest again, by range.`)
}
