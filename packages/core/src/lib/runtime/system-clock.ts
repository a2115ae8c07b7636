import type { Clock } from '../contracts/runtime.ts'

const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** The machine's clock; its timers never keep the process alive. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), MAX_TIMEOUT_MS))
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
