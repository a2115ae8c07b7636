import type { UploadCounts } from './labels.ts'
import { isActive, type UploadEntry } from './queue.ts'

/** How many there are of each; what was cancelled does not count. */
export function countsOf(entries: readonly UploadEntry[]): UploadCounts {
  const count = (state: UploadEntry['state']) => entries.filter(entry => entry.state === state).length
  return {
    total: entries.length - count('cancelled'),
    done: count('done'),
    failed: count('failed'),
    active: entries.filter(isActive).length,
    paused: count('paused'),
  }
}
