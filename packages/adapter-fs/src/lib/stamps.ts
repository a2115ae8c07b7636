import { randomInt } from 'node:crypto'
import type { Clock } from '@stowage/core/contracts'

// A double holds seconds since 1970 to 0.24 µs: thousandths of a millisecond are exact enough to stay distinct.
const MICROSECONDS_PER_MS = 1000

/** Modification times of which no two are the same: rising in this process, random below the millisecond against others. */
export class Stamps {
  readonly #clock: Clock
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Seconds since the epoch, as `futimes` takes them. */
  next(): number {
    const now = this.#clock.now() * MICROSECONDS_PER_MS + randomInt(MICROSECONDS_PER_MS)
    this.#last = Math.max(now, this.#last + 1)
    return this.#last / (MICROSECONDS_PER_MS * 1000)
  }
}
