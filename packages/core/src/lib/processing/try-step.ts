import { isStowageError } from '../contracts/errors.ts'
import type { AssetChanges, Change } from '../contracts/metadata.ts'
import { storedFile } from '../derivatives/stored-file.ts'
import type { Attempt } from './attempt.ts'
import { type Memory, TRIES } from './job.ts'
import { limited } from './limited.ts'
import type { Progress } from './progress.ts'
import { isWorthATry, reasonOf } from './reason.ts'
import { createReports, type Reports } from './reports.ts'
import type { Step } from './steps.ts'

/** `ended`: done or failed, for good. `again`: another attempt may succeed. */
export type Outcome = { readonly type: 'ended'; readonly failed: boolean } | { readonly type: 'again'; readonly error: unknown }

/**
 * Runs one step and writes down what came of it.
 * @throws what the attempt was given up with; StowageError when the outcome could not be written
 */
export async function tryStep(attempt: Attempt, step: Step, progress: Progress): Promise<Outcome> {
  const { deps, run, record } = attempt
  const reports = createReports(attempt, step.name, progress)
  try {
    const failed = await runStep(attempt, step, reports)
    deps.emit('asset.progress', attempt.record, { step: step.name, fraction: 1 })
    return { type: 'ended', failed }
  } catch (error) {
    if (isStowageError(error, 'not_found', 'conflict')) await attempt.checkCurrent()
    // What fails after that is no failure of the step.
    attempt.signal.throwIfAborted()
    deps.logger.warn('A step of processing failed.', { asset: record.id, step: step.name, attempt: run.attempt, error })
    if (isWorthATry(error) && run.attempt < TRIES) return { type: 'again', error }
    const changes = isWorthATry(error) ? [] : step.hopeless
    await end(attempt, step, { ...unwritten(reports, changes), set: {} }, reasonOf(step.name, error))
    return { type: 'ended', failed: true }
  } finally {
    reports.close()
  }
}

/** @returns whether what it found is a failure */
async function runStep(attempt: Attempt, step: Step, reports: Reports): Promise<boolean> {
  const { clock, timing } = attempt.deps
  const limit = { clock, limitMs: timing.processStepMs, signal: attempt.signal, what: `Step ${step.name}` }
  const found = await limited(limit, async signal => step.run(await storedFile(attempt.deps, attempt.record, signal), reports))
  await reports.settled()
  const set = attempt.factsOf(found.facts ?? null)
  await end(attempt, step, { ...unwritten(reports, found.changes ?? []), set }, found.failure)
  return found.failure !== undefined
}

interface Writes {
  readonly set: AssetChanges
  readonly changes: readonly Change[]
  readonly memory: Partial<Memory>
}

function unwritten(reports: Reports, changes: readonly Change[]): Omit<Writes, 'set'> {
  const pending = reports.pending()
  return { changes: [...pending.changes, ...changes], memory: pending.memory }
}

function end(attempt: Attempt, { name }: Step, { set, changes, memory }: Writes, failure: string | undefined): Promise<void> {
  const { ended, failed } = attempt.memory
  const failures = failure === undefined ? {} : { failed: { ...failed, [name]: failure } }
  return attempt.write(set, { changes, memory: { ...memory, ...failures, ended: [...ended, name] } })
}
