import type { Clock } from '@stowage/core/contracts'

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /**
   * Goes on by `ms`, running each timer that comes due at its own time and in order, with the promises it settles, before the
   * next. Timers that running ones set are run too, when they fall into the span.
   */
  advance(ms: number): Promise<void>
  /** Timers that wait. */
  readonly pending: number
}

export interface FakeClockOptions {
  /** Milliseconds since the epoch. Default: the first of January 2026, UTC. */
  readonly now?: number
}

interface Timer {
  readonly at: number
  readonly run: () => void
}

/**
 * Makes a {@link FakeClock}: tests of deadlines, leases and expiry without sleeping.
 * @throws RangeError from `advance` for a negative or broken span
 */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  let now = options.now ?? Date.UTC(2026, 0, 1)
  const timers = new Set<Timer>()
  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined
    // A Set keeps insertion order: of two timers for the same time, the one that was set first runs first.
    for (const timer of timers) if (timer.at <= until && (!next || timer.at < next.at)) next = timer
    return next
  }
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + Math.max(0, delayMs), run }
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`Time goes forward only: ${ms} ms.`)
      const until = now + ms
      await settled()
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        now = Math.max(now, timer.at)
        timers.delete(timer)
        timer.run()
        await settled()
      }
      now = until
    },
    get pending() {
      return timers.size
    },
  }
}

/** Lets every promise that is settled already run what waits for it. */
function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
