import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { JobRecord } from '../contracts/metadata.ts'
import { hex } from '../crypto/random.ts'
import { observe } from '../telemetry/observe.ts'
import { type JobDeps, type JobRun, LEASE_MS, type LeasedRun, leasedRun } from './job-run.ts'

const MAX_ERROR_CHARS = 500

/** Does one job. May run more than once, and at the same time as another worker whose lease has ended: its writes are guarded. */
export type JobHandler = (run: JobRun) => Promise<void>

export interface JobCounts {
  readonly done: number
  readonly failed: number
}

type Outcome = keyof JobCounts | 'neither'

interface Running {
  readonly leased: LeasedRun
  readonly outcome: Promise<Outcome>
}

export interface LaneOptions {
  readonly types: readonly string[]
  readonly handle: JobHandler
  readonly slots: number
}

/** Jobs of some types in this process: so many at once, each in a slot of its own, so that a long one holds no other up. */
export class JobLane {
  readonly #deps: JobDeps
  readonly #options: LaneOptions
  readonly #running = new Set<Running>()
  /** Claims come one after the other, so that each knows how many slots are free. */
  #turn: Promise<unknown> = Promise.resolve()
  #stopped = false
  /** The last claim was cut by the slots that were free: there may be more. */
  #more = false
  #looking: Promise<void> | undefined
  #again = false

  constructor(deps: JobDeps, options: LaneOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** Looks for jobs that are due now, and goes on looking as long as there are more of them than slots. */
  wake(): void {
    if (this.#stopped) return
    this.#again = true
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
      if (this.#again) this.wake()
    })
  }

  async #look(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false
      try {
        const started = (await this.#take()) ?? []
        for (const { outcome } of started) void outcome.then(() => this.#more && this.wake())
      } catch (error) {
        this.#deps.logger.error('The job worker could not reach its jobs; it will look again.', {
          types: this.#options.types,
          error,
        })
      }
    }
  }

  /** Works until none is due. What others of this process work on by then is waited for only where it holds every slot. */
  async drain(signal: AbortSignal | undefined): Promise<JobCounts> {
    const counts = { done: 0, failed: 0 }
    const own = new Set<Promise<void>>()
    for (;;) {
      const started = this.#stopped || signal?.aborted ? [] : await this.#take()
      for (const { outcome } of started ?? []) {
        const counted = outcome.then(result => {
          if (result !== 'neither') counts[result] += 1
          own.delete(counted)
        })
        own.add(counted)
      }
      if (started?.length === 0 && own.size === 0) return counts
      const awaited = started === null ? [...this.#running].map(({ outcome }) => outcome) : started.length === 0 ? [...own] : []
      if (awaited.length > 0) await Promise.race(awaited)
    }
  }

  /** Takes no more, tells those under way to stop, and waits for them. They are put back at once. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#again = false
    await this.#looking
    for (const { leased } of this.#running) leased.abort(stopping())
    await Promise.all([...this.#running].map(({ outcome }) => outcome))
  }

  /** Claims for the slots that are free, and begins. Null: none is. */
  #take(): Promise<readonly Running[] | null> {
    const turn = this.#turn.then(async () => {
      const limit = this.#options.slots - this.#running.size
      this.#more = true
      if (limit <= 0) return null
      const jobs = await this.#claim(limit)
      this.#more = jobs.length === limit
      return jobs.map(job => this.#begin(job))
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  #claim(limit: number): Promise<readonly JobRecord[]> {
    const { clock, metadata, random } = this.#deps
    const leaseToken = hex(random(16))
    return metadata.claimJobs({ types: this.#options.types, now: clock.now(), leaseMs: LEASE_MS, leaseToken, limit })
  }

  #begin(job: JobRecord): Running {
    const leased = leasedRun(this.#deps, job)
    const outcome = this.#work(job, leased).finally(() => this.#running.delete(running))
    const running: Running = { leased, outcome }
    this.#running.add(running)
    if (this.#stopped) leased.abort(stopping())
    return running
  }

  /** Never rejects. */
  async #work(job: JobRecord, leased: LeasedRun): Promise<Outcome> {
    try {
      await this.#handle(job, leased)
      return 'done'
    } catch (error) {
      if (this.#stopped && leased.run.signal.aborted) {
        await this.#putBack(job, { runAt: job.runAt, attempts: job.attempts - 1, lastError: job.lastError })
        return 'neither'
      }
      this.#deps.logger.warn('A job failed.', { job: job.id, type: job.type, attempt: job.attempts, error })
      const lastError = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_CHARS)
      await this.#putBack(job, { runAt: this.#deps.clock.now() + 1000 * 2 ** Math.min(job.attempts, 10), lastError })
      return 'failed'
    } finally {
      leased.release()
    }
  }

  #handle(job: JobRecord, leased: LeasedRun): Promise<void> {
    const { telemetry = null, clock } = this.#deps
    const attributes = { 'stowage.job.attempt': job.attempts }
    return observe(telemetry, { area: 'job', name: job.type, waitedMs: clock.now() - job.runAt, attributes }, async () => {
      await this.#options.handle(leased.run)
      if (!leased.ended) await leased.run.end([])
    })
  }

  async #putBack(job: JobRecord, set: Partial<Pick<JobRecord, 'runAt' | 'attempts' | 'lastError'>>): Promise<void> {
    const exhausted = (set.attempts ?? job.attempts) >= job.maxAttempts
    const guard = { leaseToken: job.leaseToken ?? '' }
    const free = { state: exhausted ? 'failed' : 'queued', leaseToken: null, leaseUntil: null } as const
    try {
      await this.#deps.metadata.commit([{ op: 'updateJob', id: job.id, guard, set: { ...set, ...free } }])
    } catch (error) {
      // Another worker has it now, or the database is away and the lease will end by itself.
      if (!isStowageError(error, 'conflict')) this.#deps.logger.warn('A failed job was not put back.', { job: job.id, error })
    }
  }
}

function stopping(): StowageError {
  return new StowageError('aborted', 'The process is stopping.')
}
