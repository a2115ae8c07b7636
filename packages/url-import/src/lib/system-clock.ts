import type { Clock } from '@stowage/core/contracts'

const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** The machine's clock. Its timers keep the process alive, as the imports that they end do; each goes with its import. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), MAX_TIMEOUT_MS))
      return () => clearTimeout(timer)
    },
  }
}
