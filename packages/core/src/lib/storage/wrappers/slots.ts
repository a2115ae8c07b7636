import { abortError, throwIfAborted } from '../abort.ts'

/** Frees a slot; further calls do nothing. */
export type Release = () => void

/** So many at once; the others wait in the order in which they came. */
export class Slots {
  #free: number
  readonly #waiting = new Set<() => void>()
  readonly #onQueue: (waiting: number) => void

  constructor(atOnce: number, onQueue: (waiting: number) => void) {
    this.#free = atOnce
    this.#onQueue = onQueue
  }

  /** @throws StowageError `aborted` (or the signal's own reason) while it waits */
  async take(signal: AbortSignal | undefined): Promise<Release> {
    throwIfAborted(signal)
    if (this.#free > 0) this.#free -= 1
    else await this.#wait(signal)
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#giveBack()
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        signal?.removeEventListener('abort', onAbort)
        this.#waiting.delete(onTurn)
        this.#onQueue(this.#waiting.size)
      }
      const onTurn = (): void => {
        leave()
        resolve()
      }
      const onAbort = (): void => {
        leave()
        reject(abortError(signal as AbortSignal))
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(onTurn)
      this.#onQueue(this.#waiting.size)
    })
  }

  /** To whoever waits longest. */
  #giveBack(): void {
    const [next] = this.#waiting
    if (next) next()
    else this.#free += 1
  }
}
