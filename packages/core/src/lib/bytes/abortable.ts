import { StowageError } from '../contracts/errors.ts'

/** A byte source whose waiting ends when the signal fires, and which is closed once. */
export interface ByteReader {
  next(): Promise<IteratorResult<Uint8Array>>
  /** Releases the source. Does not wait for a source that is stuck in `next`. */
  close(): Promise<void>
}

export function abortableReader(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): ByteReader {
  const iterator = source[Symbol.asyncIterator]()
  let rejectWaiting: ((error: Error) => void) | undefined
  let closing: Promise<void> | undefined
  const onAbort = (): void => rejectWaiting?.(aborted(signal))
  signal?.addEventListener('abort', onAbort, { once: true })

  return {
    next() {
      if (signal?.aborted) return Promise.reject(aborted(signal))
      return new Promise((resolve, reject) => {
        rejectWaiting = reject
        const settled = (): void => {
          rejectWaiting = undefined
        }
        iterator.next().then(
          result => {
            settled()
            resolve(result)
          },
          error => {
            settled()
            reject(error)
          },
        )
      })
    },
    close() {
      signal?.removeEventListener('abort', onAbort)
      if (!closing) {
        const returned = Promise.resolve(iterator.return?.()).then(() => undefined)
        // A generator that is stuck in next() answers return() only after it.
        if (rejectWaiting) returned.catch(() => undefined)
        closing = rejectWaiting ? Promise.resolve() : returned
      }
      return closing
    },
  }
}

function aborted(signal: AbortSignal | undefined): StowageError {
  return new StowageError('aborted', 'The upload was aborted.', { cause: signal?.reason })
}
