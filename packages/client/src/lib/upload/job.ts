import type { UploadOptions, UploadSource } from '../inputs.ts'
import type { Events } from './events.ts'
import type { Pauses } from './pauses.ts'
import type { Patience } from './retrying.ts'
import type { UploadPlace } from './start-upload.ts'
import type { UploadWay } from './upload-task.ts'

/** All there is to know of one task. */
export interface Job extends UploadPlace {
  readonly source: UploadSource
  /** Null for a stream. */
  readonly blob: Blob | null
  readonly options: UploadOptions
  /** Ends it for good; `pauses` end a run. */
  readonly signal: AbortSignal
  readonly pauses: Pauses
  readonly onSent: (bytes: number) => void
  readonly onWay: (way: UploadWay) => void
  readonly tell: Events['tell']
}

export function patienceOf({ options, tell }: Job, signal: AbortSignal): Patience {
  const { retries = 3, retryDelayMs = 500, stallMs } = options
  return { retries, delayMs: retryDelayMs, stallMs, signal, onRetry: retry => tell('retry', retry) }
}
