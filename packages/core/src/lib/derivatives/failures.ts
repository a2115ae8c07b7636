import { isStowageError, type StowageError } from '../contracts/errors.ts'
import type { Clock } from '../contracts/runtime.ts'

const MAX_FAILURES = 1000
const LASTING_MS = 10 * 60_000
const PASSING_MS = 5000

/** What could not be made a moment ago, so that asking again and again for a broken picture costs nothing. */
export interface Failures {
  /** @throws what making it failed with, while that is remembered */
  rethrow(what: string): void
  remember(what: string, error: unknown): void
}

export function createFailures(clock: Clock): Failures {
  // A Map remembers the order of insertion: the first is the oldest.
  const known = new Map<string, { readonly error: StowageError; readonly until: number }>()
  return {
    rethrow(what) {
      const failure = known.get(what)
      if (!failure) return
      if (failure.until > clock.now()) throw failure.error
      known.delete(what)
    },
    remember(what, error) {
      if (!isStowageError(error, 'unprocessable', 'timeout')) return
      known.delete(what)
      known.set(what, { error, until: clock.now() + (error.retryable ? PASSING_MS : LASTING_MS) })
      for (const oldest of known.keys()) {
        if (known.size <= MAX_FAILURES) return
        known.delete(oldest)
      }
    },
  }
}
