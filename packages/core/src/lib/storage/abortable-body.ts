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
  const step = async (): Promise<IteratorResult<Uint8Array>> => {
    state = 'waiting'
    try {
      const result = await source.next()
      state = result.done ? 'ended' : 'idle'
      return result
    } catch (error) {
      state = 'ended'
      throw error
    }
  }
  try {
    for (let next = await unlessAborted(step, signal); !next.done; next = await unlessAborted(step, signal)) yield next.value
  } finally {
    if (state === 'idle') await source.return?.()
    // A generator answers `return()` only after the `next()` that it waits in, which may be never.
    if (state === 'waiting') void Promise.resolve(source.return?.()).catch(() => undefined)
  }
}

async function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfAborted(signal)
  if (!signal) return work()
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(abortError(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work(), promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
