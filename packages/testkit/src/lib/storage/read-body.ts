import { type StorageBody, StowageError } from '@stowage/core/contracts'

/** All bytes of a body, in one piece. For tests: the body must fit into memory. */
export async function readAll(body: StorageBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * Collects a body for memory storage, ending at once when `signal` aborts, and letting go of the source once.
 * @throws StowageError `aborted`, `content_too_large`
 */
export async function collect(body: StorageBody, maxBytes: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  throwIfAborted(signal)
  if (body instanceof Uint8Array) return Uint8Array.from(body)
  const source = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  let state: 'idle' | 'waiting' | 'ended' = 'idle'
  try {
    for (;;) {
      state = 'waiting'
      const step = await orAborted(source.next(), signal, () => {
        state = 'ended'
      })
      state = step.done ? 'ended' : 'idle'
      if (step.done) return Buffer.concat(chunks)
      sizeBytes += step.value.byteLength
      if (sizeBytes > maxBytes) throw new StowageError('content_too_large', `The body is longer than ${maxBytes} bytes.`)
      chunks.push(Uint8Array.from(step.value))
    }
  } catch (error) {
    if (state === 'idle') await source.return?.()
    // A generator answers `return()` only after the `next()` it waits in, which may be never.
    if (state === 'waiting') void Promise.resolve(source.return?.()).catch(() => undefined)
    throw error
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StowageError('aborted', 'The call was aborted.', { cause: signal.reason })
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, onSourceError: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new StowageError('aborted', 'The call was aborted.', { cause: signal?.reason }))
    signal?.addEventListener('abort', onAbort, { once: true })
    const settle = (finish: () => void) => () => {
      signal?.removeEventListener('abort', onAbort)
      finish()
    }
    promise.then(
      value => settle(() => resolve(value))(),
      error =>
        settle(() => {
          onSourceError()
          reject(error)
        })(),
    )
  })
}
