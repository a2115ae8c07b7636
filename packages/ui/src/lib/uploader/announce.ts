import type { Trouble } from '../shared/trouble.ts'
import { countsOf } from './counts.ts'
import type { UploaderLabels } from './labels.ts'
import { isActive, type UploadEntry } from './queue.ts'

export interface Announced {
  readonly entry: UploadEntry
  /** What it was. */
  readonly before: UploadEntry | undefined
  readonly entries: readonly UploadEntry[]
}

/** What a screen reader is told of a change; null where it is nothing. */
export function announcement(
  { entry, before, entries }: Announced,
  words: UploaderLabels,
  reason: (trouble: Trouble) => string,
): string | null {
  const { file, state, trouble } = entry
  const wasSending = before?.state === 'sending'
  if (state === 'failed' && trouble) return words.saysFailed(file.name, reason(trouble))
  if (state === 'cancelled') return words.saysCancelled(file.name)
  if (state === 'paused' && wasSending) return words.saysPaused(file.name)
  if (state === 'sending' && trouble) return words.saysRetrying(file.name, words.retrying(trouble))
  if (state === 'sending' && (before?.state === 'paused' || (wasSending && before.trouble))) return words.saysGoesOn(file.name)
  return state === 'done' && !entries.some(isActive) ? words.summary(countsOf(entries)) : null
}
