import { isStowageError } from '../contracts/errors.ts'
import type { JsonObject } from '../contracts/json.ts'
import type { JobRecord, MetadataStore } from '../contracts/metadata.ts'
import type { Clock, Logger } from '../contracts/runtime.ts'
import { hex, type Random } from '../crypto/random.ts'

const LEASE_MS = 60_000
const POLL_MS = 5000
const AT_ONCE = 4
const MAX_ERROR_CHARS = 500

/** Does one job. May run more than once, and at the same time as another worker whose lease has ended: its writes are guarded. */
export type JobHandler = (payload: JsonObject) => Promise<void>

export interface JobRunnerDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly random: Random
  readonly metadata: MetadataStore
  readonly handlers: Readonly<Record<string, JobHandler>>
}

export interface JobRunner {
  /** Begins to look for jobs by itself. */
  start(): void
  /** Looks now. */
  wake(): void
  /** Works until no job is due. @returns how many were done, and how many failed */
  drain(): Promise<{ done: number; failed: number }>
  /** Takes no more jobs and waits for those under way. */
  stop(): Promise<void>
}

/** Works the jobs table in this process. */
export function createJobRunner(deps: JobRunnerDeps): JobRunner {
  let cancelPoll: (() => void) | undefined
  let running: Promise<void> | undefined
  let again = false
  let state: 'idle' | 'started' | 'stopped' = 'idle'

  const drain = async (): Promise<{ done: number; failed: number }> => {
    const total = { done: 0, failed: 0 }
    for (;;) {
      const jobs = await claim(deps)
      const results = await Promise.all(jobs.map(job => runJob(deps, job)))
      total.done += results.filter(ok => ok).length
      total.failed += results.filter(ok => !ok).length
      if (jobs.length === 0 || state === 'stopped') return total
    }
  }
  const round = async (): Promise<void> => {
    do {
      again = false
      await drain()
    } while (again && state === 'started')
  }
  const wake = (): void => {
    if (state !== 'started') return
    again = true
    running ??= round()
      .catch(error => deps.logger.error('The job worker could not reach its jobs; it will look again.', { error }))
      .finally(() => {
        running = undefined
        if (again) wake()
      })
  }
  const poll = (): void => {
    cancelPoll = deps.clock.after(POLL_MS, () => {
      wake()
      poll()
    })
  }

  return {
    start() {
      if (state !== 'idle') return
      state = 'started'
      wake()
      poll()
    },
    wake,
    drain,
    async stop() {
      state = 'stopped'
      again = false
      cancelPoll?.()
      await running
    },
  }
}

function claim(deps: JobRunnerDeps): Promise<readonly JobRecord[]> {
  return deps.metadata.claimJobs({
    types: Object.keys(deps.handlers),
    now: deps.clock.now(),
    leaseMs: LEASE_MS,
    leaseToken: hex(deps.random(16)),
    limit: AT_ONCE,
  })
}

async function runJob(deps: JobRunnerDeps, job: JobRecord): Promise<boolean> {
  const leaseToken = job.leaseToken ?? ''
  try {
    await deps.handlers[job.type]?.(job.payload)
    await deps.metadata.commit([{ op: 'deleteJob', id: job.id, guard: { leaseToken } }])
    return true
  } catch (error) {
    deps.logger.warn('A job failed.', { job: job.id, type: job.type, attempt: job.attempts, error })
    await putBack(deps, job, leaseToken, error)
    return false
  }
}

async function putBack(deps: JobRunnerDeps, job: JobRecord, leaseToken: string, failure: unknown): Promise<void> {
  const exhausted = job.attempts >= job.maxAttempts
  const lastError = (failure instanceof Error ? failure.message : String(failure)).slice(0, MAX_ERROR_CHARS)
  const set = {
    state: exhausted ? 'failed' : 'queued',
    runAt: deps.clock.now() + 1000 * 2 ** job.attempts,
    leaseToken: null,
    leaseUntil: null,
    lastError,
  } as const
  try {
    await deps.metadata.commit([{ op: 'updateJob', id: job.id, guard: { leaseToken }, set }])
  } catch (error) {
    // Another worker has it now, or the database is away and the lease will end by itself.
    if (!isStowageError(error, 'conflict')) deps.logger.warn('A failed job was not put back.', { job: job.id, error })
  }
}
