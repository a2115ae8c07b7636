import type { Clock } from '@stowage/core/contracts'
import { isStowageError, StowageError } from '@stowage/core/contracts'

export interface HookCall {
  readonly clock: Clock
  readonly timeoutMs: number
}

/** Microtasks after which a promise that only wraps an answer has settled. */
const QUICK_TURNS = 4

/**
 * Asks a caller's function under a time limit. One that fails or hangs refuses the request.
 * @param what names the hook in the log
 * @throws StowageError what the hook throws as one; `unavailable` otherwise
 */
export async function callHook<T>(call: HookCall, what: string, hook: () => T | PromiseLike<T>): Promise<T> {
  try {
    const answer = hook()
    return isThenable(answer) ? await withinTime(call, what, answer) : answer
  } catch (error) {
    if (isStowageError(error)) throw error
    throw new StowageError('unavailable', `The ${what} hook failed.`, { cause: error })
  }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Timers are dear beside answers that are there at once: one starts only for a hook that really waits. */
async function withinTime<T>(call: HookCall, what: string, pending: PromiseLike<T>): Promise<T> {
  let settled = false
  const settle = () => {
    settled = true
  }
  const answer = Promise.resolve(pending)
  answer.then(settle, settle)
  for (let turn = 0; turn < QUICK_TURNS && !settled; turn++) await undefined
  return settled ? answer : timed(call, what, answer)
}

function timed<T>({ clock, timeoutMs }: HookCall, what: string, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () =>
      reject(new StowageError('unavailable', `The ${what} hook took over ${timeoutMs} ms.`)),
    )
    answer.then(resolve, reject).finally(cancel)
  })
}
