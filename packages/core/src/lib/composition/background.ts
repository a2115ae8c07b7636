import type { MetadataStore } from '../contracts/metadata.ts'
import type { Clock, Logger } from '../contracts/runtime.ts'
import type { JobRunner } from '../lifecycle/job-runner.ts'
import type { Sweeper } from '../lifecycle/sweeper.ts'
import type { StowageOptions } from './options.ts'

const SWEEP_MS = 60_000

interface Workers {
  readonly clock: Clock
  readonly logger: Logger
  readonly runner: JobRunner
  readonly sweeper: Sweeper
  readonly metadata: Pick<MetadataStore, 'watchJobs'>
}

/** Works jobs and sweeps at intervals, until stopped. */
export function startBackground(
  { clock, logger, runner, sweeper, metadata }: Workers,
  { workers = true, sweepIntervalMs = SWEEP_MS }: Pick<StowageOptions, 'workers' | 'sweepIntervalMs'>,
): { stop(): Promise<void> } {
  if (!workers) return { stop: () => runner.stop() }
  let sweeping: Promise<void> = Promise.resolve()
  let cancel = (): void => undefined
  let stopped = false
  const schedule = (): void => {
    cancel = clock.after(sweepIntervalMs, () => {
      sweeping = sweeper
        .sweep({ jobs: false })
        .then(() => runner.wake())
        .catch(error => logger.error('A sweep failed; the next one takes it up.', { error }))
        .finally(() => {
          if (!stopped) schedule()
        })
    })
  }
  runner.start()
  const unwatch = metadata.watchJobs?.(() => runner.wake())
  schedule()
  return {
    async stop() {
      stopped = true
      cancel()
      unwatch?.()
      await Promise.all([runner.stop(), sweeping])
    },
  }
}
