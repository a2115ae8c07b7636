import { until } from './retrying.ts'

export interface Pauses {
  readonly isPaused: boolean
  pause(): void
  resume(): void
  /** Runs until it is done: a pause ends the run, `onPaused` is told, and the next run goes on. */
  through<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** @param signal ends runs and pauses alike */
export function createPauses(signal: AbortSignal, onPaused: () => void): Pauses {
  let current = new AbortController()
  let goOn: (() => void) | undefined
  const resumed = (resolve: () => void) => {
    goOn = resolve
    return () => {
      goOn = undefined
    }
  }
  return {
    get isPaused() {
      return current.signal.aborted
    },
    pause: () => current.abort(),
    resume() {
      if (current.signal.aborted) current = new AbortController()
      goOn?.()
    },
    async through(run) {
      for (;;) {
        const paused = current.signal
        try {
          signal.throwIfAborted()
          return await run(AbortSignal.any([signal, paused]))
        } catch (error) {
          if (signal.aborted || !paused.aborted) throw error
        }
        if (current.signal.aborted) onPaused()
        // It may go on by now, even by whoever was just told.
        if (current.signal.aborted) await until(signal, resumed)
      }
    },
  }
}
