import type { Attempt } from './attempt.ts'

const MIN_MS = 1000
const MIN_POINTS = 5

/** How far an attempt is: told as events at once, and kept in the record now and then. */
export interface Progress {
  /** @returns what is to be written of it. @throws RangeError for what is no fraction */
  at(step: string, fraction: number): { readonly processingProgress?: number }
}

/** @param steps the names of all of them */
export function createProgress(attempt: Attempt, steps: readonly string[]): Progress {
  const { deps } = attempt
  let shown = attempt.record.processingProgress ?? 0
  let shownAt = Number.NEGATIVE_INFINITY
  return {
    at(step, fraction) {
      if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`${fraction} is no fraction: progress goes from 0 to 1.`)
      deps.emit('asset.progress', attempt.record, { step, fraction })
      const now = deps.clock.now()
      const percent = Math.floor((100 * (steps.indexOf(step) + fraction)) / steps.length)
      if (now - shownAt < MIN_MS || percent - shown < MIN_POINTS) return {}
      shown = percent
      shownAt = now
      return { processingProgress: percent }
    },
  }
}
