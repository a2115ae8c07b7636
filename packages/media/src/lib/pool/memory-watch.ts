import type { Clock } from '@stowage/core/contracts'
import type { ResidentMeter } from './resident.ts'

export interface MemoryWatch {
  /** Tells once when the process has more than `maxBytes`, or how much can't be found out. @returns ends the watch */
  watch(pid: number, maxBytes: number, told: (what: 'over' | 'unknown', cause?: unknown) => void): () => void
}

interface Watched {
  readonly maxBytes: number
  readonly told: (what: 'over' | 'unknown', cause?: unknown) => void
}

/** Looks at all watched processes in one go, and sleeps while there are none. */
export function memoryWatch(clock: Clock, meter: ResidentMeter): MemoryWatch {
  const watched = new Map<number, Watched>()
  let looking = false

  function next(): void {
    clock.after(meter.everyMs, () => void look())
  }

  async function look(): Promise<void> {
    try {
      const sizes = await meter.read([...watched.keys()])
      for (const [pid, { maxBytes, told }] of [...watched]) {
        if ((sizes.get(pid) ?? 0) > maxBytes && watched.delete(pid)) told('over')
      }
    } catch (cause) {
      // What can't be bounded isn't run.
      for (const [pid, { told }] of [...watched]) if (watched.delete(pid)) told('unknown', cause)
    }
    looking = watched.size > 0
    if (looking) next()
  }

  return {
    watch(pid, maxBytes, told) {
      const own = { maxBytes, told }
      watched.set(pid, own)
      if (!looking) next()
      looking = true
      return () => {
        if (watched.get(pid) === own) watched.delete(pid)
      }
    },
  }
}
