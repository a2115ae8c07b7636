import { StowageError } from '../../contracts/errors.ts'
import type { Clock } from '../../contracts/runtime.ts'

export interface Watched {
  /** For messages. */
  readonly what: string
  readonly caller: AbortSignal | undefined
  /** How long the storage may take to give up once the caller has. */
  readonly abortMs: number
}

/**
 * Watches over one call of a storage: once the storage keeps others waiting for longer than it may, the call fails with `timeout`, and
 * its signal tells the storage to give up. Time counts only between `expect` and `pause`.
 */
export class Watchdog {
  /** For the storage: fires with the caller's, and when the time is over. */
  readonly signal: AbortSignal
  readonly #clock: Clock
  readonly #what: string
  readonly #controller = new AbortController()
  readonly #unlink: () => void
  #cancel: (() => void) | undefined
  #giveUp: ((error: StowageError) => void) | undefined

  constructor(clock: Clock, { what, caller, abortMs }: Watched) {
    this.#clock = clock
    this.#what = what
    this.signal = this.#controller.signal
    const onAbort = (): void => {
      this.#controller.abort(caller?.reason)
      if (this.#giveUp) this.expect(abortMs)
    }
    if (caller?.aborted) onAbort()
    else caller?.addEventListener('abort', onAbort, { once: true })
    this.#unlink = () => caller?.removeEventListener('abort', onAbort)
  }

  /** From now on the storage has `ms`. */
  expect(ms: number): void {
    this.pause()
    this.#cancel = this.#clock.after(ms, () => {
      const error = new StowageError('timeout', `Storage kept others waiting for ${ms} ms: ${this.#what}.`)
      this.#giveUp?.(error)
      this.#controller.abort(error)
    })
  }

  /** It is somebody else's turn. */
  pause(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** As `work` does, unless time is over before. @param drop given a result that comes too late */
  until<T>(work: Promise<T>, drop?: (result: T) => Promise<void>): Promise<T> {
    // Not Promise.race with one promise for all: it would keep every chunk of a body alive.
    return new Promise((resolve, reject) => {
      this.#giveUp = error => {
        reject(error)
        if (drop) work.then(drop).catch(() => undefined)
      }
      const settled = (): void => {
        this.#giveUp = undefined
      }
      work.then(
        value => {
          settled()
          resolve(value)
        },
        error => {
          settled()
          reject(error)
        },
      )
    })
  }

  end(): void {
    this.pause()
    this.#unlink()
  }
}
