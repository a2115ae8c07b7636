import type { BlobRecord } from '../contracts/asset.ts'
import { StowageError } from '../contracts/errors.ts'
import type { Clock } from '../contracts/runtime.ts'
import { createFailures, type Failures } from './failures.ts'
import { createTurns, type Turns } from './turns.ts'

const MAX_WAITING = 64

/** The derivatives that this process is making. */
export interface DerivativeWork {
  /** For pictures that somebody waits for now. */
  readonly turns: Turns
  readonly failures: Failures
  /** Fires when the process ends. */
  readonly ending: AbortSignal
  /** Whoever asks for what is being made gets the same. */
  shared(what: string, make: () => Promise<BlobRecord>): Promise<BlobRecord>
  /** Gives up what is under way and waits until it has taken back what it began. */
  close(): Promise<void>
}

/**
 * @param atOnce how many pictures are made at once for those who wait for them
 * @param onQueue told how many wait whenever that changes
 * @throws StowageError `invalid_request` for a number that can't be meant
 */
export function createDerivativeWork(clock: Clock, atOnce: number, onQueue: (waiting: number) => void): DerivativeWork {
  if (!Number.isInteger(atOnce) || atOnce < 1)
    throw new StowageError('invalid_request', `createStowage: \`picturesAtOnce\` must be a whole number from 1, not ${atOnce}.`)
  const controller = new AbortController()
  const running = new Map<string, Promise<BlobRecord>>()
  return {
    turns: createTurns({ atOnce, waiting: MAX_WAITING, onQueue }),
    failures: createFailures(clock),
    ending: controller.signal,
    shared(what, make) {
      const present = running.get(what)
      if (present) return present
      const made = make().finally(() => running.delete(what))
      running.set(what, made)
      return made
    },
    async close() {
      controller.abort(new StowageError('unavailable', 'The server is stopping. Try again in a moment.'))
      await Promise.allSettled(running.values())
    },
  }
}
