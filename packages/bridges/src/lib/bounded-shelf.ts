import { StowageError } from '@stowage/core/contracts'
import { abortError, sourceError, throwIfAborted } from './errors.ts'
import type { Shelf } from './shelf.ts'

/** Ends each call of a source after `timeoutMs`, or when the caller aborts, and translates its errors. Few sources do so themselves. */
export function boundedShelf(shelf: Shelf, timeoutMs: number): Shelf {
  const { title } = shelf
  const bounded = async <T>(doing: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    throwIfAborted(signal)
    const late = () => new StowageError('timeout', `Could not ${doing} in ${title}: it did not answer within ${timeoutMs} ms.`)
    try {
      return await inTime(work(), { timeoutMs, late, signal })
    } catch (error) {
      throw sourceError(error, title, doing)
    }
  }
  return {
    title,
    // Not left alone when the caller aborts: it would be done after it was tidied up.
    async write(name, bytes, signal) {
      throwIfAborted(signal)
      await bounded('write a value', undefined, () => shelf.write(name, bytes))
    },
    read: (name, signal) => bounded('read a value', signal, () => shelf.read(name, signal)),
    has: (name, signal) => bounded('look for a value', signal, () => shelf.has(name, signal)),
    remove: (name, signal) => bounded('remove a value', signal, () => shelf.remove(name, signal)),
    async *names(folder, signal) {
      const names = shelf.names(folder, signal)[Symbol.asyncIterator]()
      let ended = false
      try {
        for (;;) {
          const next = await bounded('list values', signal, () => names.next())
          ended = next.done === true
          if (next.done) return
          yield next.value
        }
      } finally {
        // Not waited for: a source that stands still answers `return()` never.
        if (!ended) void Promise.resolve(names.return?.()).catch(() => undefined)
      }
    },
  }
}

interface Bound {
  readonly timeoutMs: number
  readonly late: () => Error
  readonly signal: AbortSignal | undefined
}

async function inTime<T>(work: Promise<T>, { timeoutMs, late, signal }: Bound): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late()), timeoutMs)
  const onAbort = () => signal && reject(abortError(signal))
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
