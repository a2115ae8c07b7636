import { StowageError } from '../contracts/errors.ts'
import type { Clock } from '../contracts/runtime.ts'

interface Limit {
  readonly clock: Clock
  readonly limitMs: number
  readonly signal: AbortSignal
  /** For the message of the `timeout`. */
  readonly what: string
}

/**
 * Works until a deadline, or until `signal` fires. Work that goes on without end is left to itself: its signal tells it to stop.
 * @throws StowageError `timeout`; what the signal was fired with; what the work throws
 */
export function limited<T>({ clock, limitMs, signal, what }: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const stop = (reason: unknown): void => {
    reject(reason)
    controller.abort(reason)
  }
  const giveUp = (): void => stop(signal.reason)
  if (signal.aborted) {
    giveUp()
    return promise
  }
  signal.addEventListener('abort', giveUp, { once: true })
  const cancel = clock.after(limitMs, () => stop(new StowageError('timeout', `${what} took over ${limitMs / 1000} seconds.`)))
  work(controller.signal).then(resolve, reject)
  return promise.finally(() => {
    cancel()
    signal.removeEventListener('abort', giveUp)
  })
}
