import { type JobCounts, type JobHandler, JobLane } from './job-lane.ts'
import type { JobDeps } from './job-run.ts'

const POLL_MS = 5000
const SLOTS = 4

export type { JobHandler } from './job-lane.ts'

export interface JobRunnerDeps extends JobDeps {
  /** By lane: jobs of the type that it is named after, or of all the types given. */
  readonly handlers: Readonly<Record<string, JobHandler | TypedHandler>>
  /** Jobs of each lane at once. Default 4. */
  readonly slots?: number
}

export interface TypedHandler {
  readonly types: readonly string[]
  readonly handle: JobHandler
}

export interface JobRunner {
  /** Begins to look for jobs by itself. */
  start(): void
  /** Looks now. @param lane only for its jobs */
  wake(lane?: string): void
  /** Works until no job is due, or until `signal` fires and those under way are done. @returns how many were done, and how many failed */
  drain(signal?: AbortSignal): Promise<JobCounts>
  /** Takes no more jobs, tells those under way to stop, and waits for them; they are put back, to go on at once elsewhere. */
  stop(): Promise<void>
}

/** Works the jobs table in this process: each lane in slots of its own, so that one never waits for another. */
export function createJobRunner(deps: JobRunnerDeps): JobRunner {
  const slots = deps.slots ?? SLOTS
  const lanes = new Map(
    Object.entries(deps.handlers).map(([name, handler]) => {
      const { types, handle } = typeof handler === 'function' ? { types: [name], handle: handler } : handler
      return [name, new JobLane(deps, { types, handle, slots })]
    }),
  )
  let cancelPoll: (() => void) | undefined
  let state: 'idle' | 'started' | 'stopped' = 'idle'

  const wake = (name?: string): void => {
    if (state !== 'started') return
    if (name === undefined) for (const lane of lanes.values()) lane.wake()
    else lanes.get(name)?.wake()
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
    async drain(signal) {
      const counts = await Promise.all([...lanes.values()].map(lane => lane.drain(signal)))
      return {
        done: counts.reduce((sum, { done }) => sum + done, 0),
        failed: counts.reduce((sum, { failed }) => sum + failed, 0),
      }
    },
    async stop() {
      state = 'stopped'
      cancelPoll?.()
      await Promise.all([...lanes.values()].map(lane => lane.stop()))
    },
  }
}
