import { abortError, stalled } from './errors.ts'

/** Ends a request that stands still, or whose caller gave up; `moved` says that it goes on. */
export class IdleLimit {
  readonly #control = new AbortController()
  readonly #ms: number
  readonly #doing: string
  readonly #caller: AbortSignal | undefined
  #timer: NodeJS.Timeout | null = null

  constructor(ms: number, doing: string, caller: AbortSignal | undefined) {
    this.#ms = ms
    this.#doing = doing
    this.#caller = caller
    caller?.addEventListener('abort', this.#onAbort, { once: true })
    if (caller?.aborted) this.#onAbort()
    this.moved()
  }

  get signal(): AbortSignal {
    return this.#control.signal
  }

  moved(): void {
    if (this.#timer) this.#timer.refresh()
    else this.#timer = setTimeout(() => this.#control.abort(stalled(this.#doing, this.#ms)), this.#ms)
  }

  /** Nobody waits just now. */
  pause(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }

  end(): void {
    this.pause()
    this.#caller?.removeEventListener('abort', this.#onAbort)
  }

  /** What ended the request, where this did. */
  reasonFor(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error
  }

  readonly #onAbort = (): void => {
    if (this.#caller) this.#control.abort(abortError(this.#caller))
  }
}
