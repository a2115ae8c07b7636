import type { ServiceDeps } from '../assets/service.ts'
import { StowageError } from '../contracts/errors.ts'
import type { Change } from '../contracts/metadata.ts'
import type { BoundKind } from '../kinds/kind.ts'
import type { JobHandler } from '../lifecycle/job-runner.ts'
import { Attempt } from './attempt.ts'
import { TRIES } from './job.ts'
import { createProgress } from './progress.ts'
import { type Step, stepsOf } from './steps.ts'
import { tryStep } from './try-step.ts'

const NEVER_ENDED = `Processing was begun ${TRIES} times and never came to an end.`

/**
 * Does what there is to do with an asset's stored bytes: scan, processors, derivatives. Each step ends by itself, done or failed, and is
 * not repeated after that; what may succeed later fails the attempt, until the tries are used up.
 */
export function processHandler(deps: ServiceDeps, kinds: readonly BoundKind[]): JobHandler {
  return async run => {
    const kind = kinds.find(one => one.name === run.payload.kind)
    if (!kind) throw new StowageError('internal', `Job ${run.id} is of a kind that is not declared here.`)
    const attempt = await Attempt.begin(deps, kind, run)
    if (!attempt) return
    try {
      await process(attempt, stepsOf(attempt))
    } catch (error) {
      // The bytes are gone, and the job with them.
      if (!attempt.superseded) throw error
    }
  }
}

async function process(attempt: Attempt, steps: readonly Step[]): Promise<void> {
  if (attempt.run.attempt > TRIES) return giveUp(attempt, steps)
  const progress = createProgress(
    attempt,
    steps.map(step => step.name),
  )
  const again: unknown[] = []
  for (const step of steps) {
    if (attempt.memory.ended.includes(step.name)) continue
    const outcome = await tryStep(attempt, step, progress)
    if (outcome.type === 'again') again.push(outcome.error)
    if (step.decides && (outcome.type === 'again' || outcome.failed)) break
  }
  if (again.length > 0) throw again[0]
  await conclude(attempt, steps)
}

/** The workers died on it, one after the other. A step that decides has not been passed then, and never will be. */
function giveUp(attempt: Attempt, steps: readonly Step[]): Promise<void> {
  const unfinished = steps.filter(({ name }) => !attempt.memory.ended.includes(name))
  const changes = unfinished.flatMap(step => step.hopeless)
  return conclude(attempt, steps, { reason: NEVER_ENDED, changes })
}

async function conclude(
  attempt: Attempt,
  steps: readonly Step[],
  last: { readonly reason: string | null; readonly changes: readonly Change[] } = { reason: null, changes: [] },
): Promise<void> {
  const { deps, memory, kind } = attempt
  const reason = steps.map(({ name }) => memory.failed[name]).find(failure => failure !== undefined) ?? last.reason
  const processing = reason === null ? 'done' : 'failed'
  await attempt.end({ processing, processingError: reason, processingProgress: null }, last.changes)
  const { id } = attempt.record
  const record = (await deps.metadata.getAsset({ kind: kind.name, id }).catch(() => null)) ?? attempt.record
  if (reason === null) deps.emit('asset.processed', record)
  else deps.emit('asset.processing_failed', record, { reason })
  deps.watchers.notify(id)
}
