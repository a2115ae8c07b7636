import { isStowageError, type StowageError } from '../../../contracts/errors.ts'
import type { Clock } from '../../../contracts/runtime.ts'
import { abortError } from '../../abort.ts'
import type { StorageOperation } from '../layer.ts'

/** A call that failed and is made again. */
export interface RetryEvent {
  readonly op: StorageOperation
  /** Of the try that failed, from 1. */
  readonly attempt: number
  readonly error: StowageError
  readonly delayMs: number
}

export interface RetryOptions {
  /** How often a call is made at most; a read that goes on counts anew after each chunk. Default 3. */
  readonly tries?: number
  /** Longest wait before the second try; it doubles with each further one. Default 200 ms. */
  readonly baseMs?: number
  /** No wait is longer, not even one that the storage asks for (`retryAfterSeconds`). Default 5 s. */
  readonly maxMs?: number
  /** Default: the system's, whose waits keep the process alive here. */
  readonly clock?: Clock
  /** From 0 up to 1: takes up to half off each wait, so that many callers do not come back at once. Default `Math.random`. */
  readonly random?: () => number
  readonly onRetry?: (event: RetryEvent) => void
}

export interface TriedCall<T> {
  readonly op: StorageOperation
  readonly signal: AbortSignal | undefined
  run(): Promise<T>
  /** Asked after a failure. Default: yes. */
  mayRepeat?(): boolean
}

/** Makes calls again that failed for a reason which may pass. */
export class Tries {
  readonly max: number
  readonly #baseMs: number
  readonly #maxMs: number
  readonly #clock: Clock
  readonly #random: () => number
  readonly #onRetry: ((event: RetryEvent) => void) | undefined

  constructor({ tries = 3, baseMs = 200, maxMs = 5000, clock = wakefulClock(), random = Math.random, onRetry }: RetryOptions) {
    this.max = tries
    this.#baseMs = baseMs
    this.#maxMs = maxMs
    this.#clock = clock
    this.#random = random
    this.#onRetry = onRetry
  }

  async of<T>({ op, signal, run, mayRepeat }: TriedCall<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run()
      } catch (error) {
        if (attempt >= this.max || !mayPass(error) || signal?.aborted || mayRepeat?.() === false) throw error
        await this.wait({ op, attempt, error }, signal)
      }
    }
  }

  /** Before the next try. @throws StowageError `aborted`, or the signal's own reason */
  wait(failed: Omit<RetryEvent, 'delayMs'>, signal: AbortSignal | undefined): Promise<void> {
    const delayMs = this.#delayMs(failed)
    this.#onRetry?.({ ...failed, delayMs })
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        cancel()
        reject(abortError(signal as AbortSignal))
      }
      const cancel = this.#clock.after(delayMs, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      if (signal?.aborted) onAbort()
      else signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  #delayMs({ attempt, error }: Omit<RetryEvent, 'delayMs'>): number {
    const grown = Math.min(this.#maxMs, this.#baseMs * 2 ** (attempt - 1))
    const { retryAfterSeconds } = error.details
    const asked = typeof retryAfterSeconds === 'number' ? Math.min(this.#maxMs, retryAfterSeconds * 1000) : 0
    return Math.max(asked, grown * (1 - this.#random() / 2))
  }
}

/** Somebody waits for the call that is made again: the process must not end before, as it may with the timers of the system's clock. */
function wakefulClock(): Clock {
  return {
    now: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
  }
}

export function mayPass(error: unknown): error is StowageError {
  return isStowageError(error) && error.retryable
}
