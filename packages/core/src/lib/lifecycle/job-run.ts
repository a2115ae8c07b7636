import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { JsonObject } from '../contracts/json.ts'
import type { Change, JobRecord, MetadataStore } from '../contracts/metadata.ts'
import type { Clock, Logger } from '../contracts/runtime.ts'
import type { Telemetry } from '../contracts/telemetry.ts'
import type { Random } from '../crypto/random.ts'

/** What works jobs. */
export interface JobDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly random: Random
  readonly metadata: MetadataStore
  /** Default: nobody is told. */
  readonly telemetry?: Telemetry | null
}

/** How long a worker that died keeps others from its job. */
export const LEASE_MS = 30_000

/** One attempt at a job, as its handler sees it. */
export interface JobRun {
  readonly id: string
  readonly payload: JsonObject
  /** From 1. Attempts that a stopping process gave back don't count. */
  readonly attempt: number
  /** Why the attempt before failed. */
  readonly lastError: string | null
  readonly leaseToken: string
  /** Fires when the lease is lost, and when the process stops: what is done after that counts for nothing. */
  readonly signal: AbortSignal
  /**
   * Commits changes on condition that this attempt still has the job.
   * @param payload what a later attempt is given, from now on
   * @throws StowageError `conflict` when it has not, or a guard of the changes does not hold
   */
  commit(changes: readonly Change[], payload?: JsonObject): Promise<void>
  /** The same, and the job is over. Without it the job is over when its handler returns. */
  end(changes: readonly Change[]): Promise<void>
}

/** A run and what its worker does with it. */
export interface LeasedRun {
  readonly run: JobRun
  /** Whether the handler has ended the job itself. */
  readonly ended: boolean
  /** Tells the handler to stop. */
  abort(reason: StowageError): void
  /** Ends the renewals. */
  release(): void
}

/** Keeps the lease of a claimed job alive until it is released. */
export function leasedRun(deps: JobDeps, job: JobRecord): LeasedRun {
  const { id, payload, attempts: attempt, lastError } = job
  const leaseToken = job.leaseToken ?? ''
  const controller = new AbortController()
  const abort = (reason: StowageError): void => controller.abort(reason)
  const renewal = renewLease(deps, { id, leaseToken, leaseUntil: job.leaseUntil ?? 0 }, abort)
  let ended = false
  const commit = async (changes: readonly Change[], change: Change): Promise<void> => {
    // The lease first: a worker that lost it must not be told of the asset's state instead.
    await deps.metadata.commit([change, ...changes])
  }
  return {
    get ended() {
      return ended
    },
    abort,
    release: renewal.stop,
    run: {
      id,
      payload,
      attempt,
      lastError,
      leaseToken,
      signal: controller.signal,
      async commit(changes, next) {
        const leaseUntil = deps.clock.now() + LEASE_MS
        const set = { leaseUntil, ...(next ? { payload: next } : {}) }
        await commit(changes, { op: 'updateJob', id, guard: { leaseToken }, set })
        renewal.extendedUntil(leaseUntil)
      },
      async end(changes) {
        await commit(changes, { op: 'deleteJob', id, guard: { leaseToken } })
        ended = true
      },
    },
  }
}

interface Renewal {
  extendedUntil(leaseUntil: number): void
  stop(): void
}

function renewLease(
  deps: JobDeps,
  lease: { readonly id: string; readonly leaseToken: string; readonly leaseUntil: number },
  lost: (reason: StowageError) => void,
): Renewal {
  const { id, leaseToken } = lease
  let { leaseUntil } = lease
  let cancel = (): void => undefined
  let stopped = false
  const renew = async (): Promise<void> => {
    const until = deps.clock.now() + LEASE_MS
    try {
      await deps.metadata.commit([{ op: 'updateJob', id, guard: { leaseToken }, set: { leaseUntil: until } }])
      leaseUntil = Math.max(leaseUntil, until)
    } catch (error) {
      if (stopped) return
      if (isStowageError(error, 'conflict')) return lost(leaseLost(id))
      deps.logger.warn('The lease of a job was not renewed.', { job: id, error })
      if (deps.clock.now() >= leaseUntil) return lost(leaseLost(id))
    }
    schedule()
  }
  const schedule = (): void => {
    if (!stopped) cancel = deps.clock.after(LEASE_MS / 3, () => void renew())
  }
  schedule()
  return {
    extendedUntil(until) {
      leaseUntil = Math.max(leaseUntil, until)
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}

function leaseLost(job: string): StowageError {
  return new StowageError('conflict', `Job ${job} is another worker's by now.`)
}
