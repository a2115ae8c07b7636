import { StowageError } from '../contracts/errors.ts'
import type { JsonObject } from '../contracts/json.ts'
import type { AssetChanges, Change } from '../contracts/metadata.ts'
import type { ProcessReport } from '../contracts/processor.ts'
import type { Attempt } from './attempt.ts'
import type { Memory } from './job.ts'
import type { Progress } from './progress.ts'
import { plainText } from './reason.ts'
import { optionsOf } from './tools.ts'

const MAX_STATE_BYTES = 16 * 1024
const MAX_TEXT_CHARS = 1024 * 1024

/** What is written together with something else of a step. */
export interface Pending {
  readonly changes: readonly Change[]
  readonly memory: Partial<Memory>
}

/** What one step reports while it works. */
export interface Reports {
  /** @throws StowageError `conflict` once the step is over, whatever still works on it */
  take(report: ProcessReport): Promise<void>
  /** Resolves once what was reported is written, or was refused. */
  settled(): Promise<void>
  /** The text that is not written yet: it belongs to the step's next state, or to its end, so that no attempt gives it twice. */
  pending(): Pending
  close(): void
}

export function createReports(attempt: Attempt, step: string, progress: Progress): Reports {
  const { kind, record } = attempt
  const most = Math.min(optionsOf(kind).maxTextChars ?? MAX_TEXT_CHARS, MAX_TEXT_CHARS)
  let text = ''
  let over = false

  const pending = (): Pending => {
    if (text === '') return { changes: [], memory: {} }
    const { textChars } = attempt.memory
    const change: Change = { op: 'putText', assetId: record.id, kind: record.kind, text, append: textChars > 0 }
    return { changes: [change], memory: { textChars: textChars + text.length } }
  }
  const keep = async (set: AssetChanges, state: JsonObject | undefined): Promise<void> => {
    if (state === undefined) {
      if (Object.keys(set).length > 0) await attempt.write(set)
      return
    }
    const written = pending()
    const kept = text
    const resume = { ...attempt.memory.resume, [step]: state }
    await attempt.write(set, { changes: written.changes, memory: { ...written.memory, resume } })
    text = text.slice(kept.length)
  }
  let last: Promise<void> = Promise.resolve()
  const take = async ({ fraction, facts, text: more, state }: ProcessReport): Promise<void> => {
    if (over || attempt.signal.aborted) throw ended(step)
    checkState(state)
    if (more) text = cut(text + plainText(more), most - attempt.memory.textChars)
    const found = attempt.factsOf(facts ?? null)
    const shown = fraction === undefined ? {} : progress.at(step, fraction)
    await keep({ ...found, ...shown }, state)
  }
  return {
    take(report) {
      // In the order in which they came, though a processor need not wait.
      const taken = last.then(() => take(report))
      last = taken.catch(() => undefined)
      return taken
    },
    settled: () => last,
    pending,
    close() {
      over = true
    },
  }
}

/** Never in the middle of a character. */
function cut(text: string, most: number): string {
  return text.length <= most
    ? text
    : text
        .slice(0, Math.max(0, most))
        .toWellFormed()
        .replace(/\uFFFD$/, '')
}

function checkState(state: JsonObject | undefined): void {
  if (state === undefined) return
  const bytes = Buffer.byteLength(JSON.stringify(state))
  if (bytes > MAX_STATE_BYTES)
    throw new RangeError(`The state of a processor has ${bytes} bytes; at most ${MAX_STATE_BYTES} are kept.`)
}

function ended(step: string): StowageError {
  return new StowageError('conflict', `Step ${step} is over: what it still reports counts for nothing.`)
}
