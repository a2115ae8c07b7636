import type { Clock } from '@stowage/core/contracts'
import { isStowageError, StowageError } from '@stowage/core/contracts'

export interface HookCall {
  readonly clock: Clock
  readonly timeoutMs: number
  /** Names the hook in the log. */
  readonly what: string
}

/**
 * Asks a caller's function under a time limit. One that fails or hangs refuses the request.
 * @throws StowageError what the hook throws as one; `unavailable` otherwise
 */
export async function callHook<T>(call: HookCall, hook: () => T | PromiseLike<T>): Promise<T> {
  try {
    const answer = hook()
    return isThenable(answer) ? await withinTime(call, Promise.resolve(answer)) : answer
  } catch (error) {
    if (isStowageError(error)) throw error
    throw new StowageError('unavailable', `The ${call.what} hook failed.`, { cause: error })
  }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function withinTime<T>({ clock, timeoutMs, what }: HookCall, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () =>
      reject(new StowageError('unavailable', `The ${what} hook took over ${timeoutMs} ms.`)),
    )
    answer.then(resolve, reject).finally(cancel)
  })
}
