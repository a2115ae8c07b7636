import type { StorageBody } from '../contracts/storage.ts'
import { abortError, throwIfAborted } from './abort.ts'

/**
 * The chunks of a body, for drivers: waiting for a source that is silent ends when `signal` fires, and a source that was begun is let
 * go once.
 * @throws StowageError `aborted`, or the signal's reason where that is one; whatever the source throws
 */
export async function* abortableBody(body: StorageBody, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  throwIfAborted(signal)
  if (body instanceof Uint8Array) {
    yield body
    return
  }
  const source = body[Symbol.asyncIterator]()
  let state = 'idle' as 'idle' | 'waiting' | 'ended'
  let stopWaiting: ((reason: unknown) => void) | null = null
  const step = (): Promise<IteratorResult<Uint8Array>> => {
    throwIfAborted(signal)
    state = 'waiting'
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        state = 'ended'
        reject(error)
      }
      stopWaiting = reject
      try {
        Promise.resolve(source.next()).then(result => {
          state = result.done ? 'ended' : 'idle'
          resolve(result)
        }, fail)
      } catch (error) {
        fail(error)
      }
    })
  }
  // One for all chunks: one for each would cost more than the chunk.
  const onAbort = (): void => {
    if (signal) stopWaiting?.(abortError(signal))
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    for (let next = await step(); !next.done; next = await step()) yield next.value
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (state === 'idle') await source.return?.()
    // A generator answers `return()` only after the `next()` that it waits in, which may be never.
    if (state === 'waiting') void Promise.resolve(source.return?.()).catch(() => undefined)
  }
}
