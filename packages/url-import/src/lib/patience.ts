import type { Clock } from '@stowage/core/contracts'

/** What an import waits for, and how long: it ends with the import, and everything that is open with it. */
export interface Patience {
  /** Fires, with the error to end with, when the whole import ends early. */
  readonly signal: AbortSignal
  /** Does a part of the work; rejects with `late` when it takes longer, whatever the work does about its signal. */
  within<T>(limitMs: number, late: () => Error, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Closed at the end. */
  hold(resource: Destroyable): void
  stop(reason: Error): void
  end(): void
}

interface Destroyable {
  destroy(error?: Error): unknown
}

export function createPatience(clock: Clock): Patience {
  const whole = new AbortController()
  const held: Destroyable[] = []
  const end = (error?: Error): void => {
    for (const resource of held.splice(0)) resource.destroy(error)
  }
  return {
    signal: whole.signal,
    async within(limitMs, late, work) {
      whole.signal.throwIfAborted()
      const part = new AbortController()
      const onAbort = () => part.abort(whole.signal.reason)
      whole.signal.addEventListener('abort', onAbort, { once: true })
      const cancel = clock.after(limitMs, () => part.abort(late()))
      try {
        return await unlessAborted(part.signal, work(part.signal))
      } finally {
        cancel()
        whole.signal.removeEventListener('abort', onAbort)
      }
    },
    hold: resource => void held.push(resource),
    stop(reason) {
      whole.abort(reason)
      end(reason)
    },
    end,
  }
}

/** A late result of the work is nobody's: it must have let go of what it held when the signal fired. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(resolve, error => reject(signal.aborted ? signal.reason : error))
  })
}
