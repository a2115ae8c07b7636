import type { Clock } from '../../contracts/runtime.ts'
import { within } from '../../runtime/within.ts'

/** How long a writer that was told to stop is waited for: what its storage is at may take that long. */
const STOP_MS = 10_000

/** The right to write an upload, as far as this process goes. */
export interface Writer {
  /** Fires when a newer request wants to go on. */
  readonly stopped: AbortSignal
  leave(): void
}

/** Who writes which upload in this process: one at a time. */
export interface Writers {
  /** Stops whoever writes it, and comes back once they have kept what they got. */
  stop(uploadId: string): Promise<void>
  /** Stops whoever writes it, and takes their place. */
  enter(uploadId: string): Promise<Writer>
}

interface Entry {
  readonly stop: AbortController
  readonly left: Promise<void>
}

export function createWriters(clock: Clock): Writers {
  const entries = new Map<string, Entry>()
  const stop = async (uploadId: string): Promise<void> => {
    for (let entry = entries.get(uploadId); entry; entry = entries.get(uploadId)) {
      entry.stop.abort()
      // One that stands still is fenced off by its row: it can write nothing more.
      const left = within(clock, STOP_MS, 'The request before this one', entry.left)
      await left.catch(() => entries.get(uploadId) === entry && entries.delete(uploadId))
    }
  }
  return {
    stop,
    async enter(uploadId) {
      // Others may have been waiting for the same one.
      while (entries.has(uploadId)) await stop(uploadId)
      const { promise: left, resolve } = Promise.withResolvers<void>()
      const entry: Entry = { stop: new AbortController(), left }
      entries.set(uploadId, entry)
      return {
        stopped: entry.stop.signal,
        leave() {
          if (entries.get(uploadId) === entry) entries.delete(uploadId)
          resolve()
        },
      }
    },
  }
}
