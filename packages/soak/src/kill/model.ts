import type { Answer, HttpClient } from './http-client.ts'

/** What a client knows of an asset's present version. */
export interface Facts {
  readonly sha256: string
  readonly sizeBytes: number
  readonly title: string | null
}

/** An upload that was sent and not answered. */
export interface Pending extends Facts {
  /** Sends it once more, under the same key; absent where it has none. */
  readonly again?: (client: HttpClient) => Promise<Answer>
}

/** A resumable upload that has begun and is no asset yet, as far as its sender knows. */
export interface Resumable {
  readonly path: string
  readonly filename: string
  readonly bytes: Buffer
  /** As far as the server has said. */
  acknowledgedBytes: number
}

/** An asset and the states it may be in: one once all was acknowledged, more while a change is under way; null is deleted. */
export interface Entry {
  readonly id: string
  readonly filename: string
  /** Signed links to an earlier or the present version. */
  readonly links: { readonly path: string; readonly sha256: string; readonly expiresAt: number }[]
  states: readonly (Facts | null)[]
  /** Every state that a change has aimed at. */
  readonly history: (Facts | null)[]
  /** A client is changing it. */
  busy: boolean
}

/** What one or more clients have been promised. */
export interface Model {
  readonly entries: Map<string, Entry>
  /** By filename: uploads that were sent and not answered. */
  readonly uploads: Map<string, Pending>
  /** By path: whoever sends them goes on after a restart. */
  readonly resumables: Map<string, Resumable>
  /** Deleted, acknowledged or seen gone. */
  readonly graves: Entry[]
  readonly counts: Record<string, number>
  add(id: string, filename: string, facts: Facts): Entry
  bury(entry: Entry): void
  count(what: string): void
}

export function createModel(): Model {
  const entries = new Map<string, Entry>()
  const graves: Entry[] = []
  const counts: Record<string, number> = {}
  return {
    entries,
    uploads: new Map(),
    resumables: new Map(),
    graves,
    counts,
    add(id, filename, facts) {
      const entry = { id, filename, links: [], history: [], states: [facts], busy: false }
      entries.set(id, entry)
      return entry
    },
    bury(entry) {
      entries.delete(entry.id)
      graves.push(entry)
    },
    count(what) {
      counts[what] = (counts[what] ?? 0) + 1
    },
  }
}

/** The state of an asset that nobody is changing. */
export function settled(entry: Entry): Facts {
  const [facts] = entry.states
  if (!facts || entry.states.length !== 1) throw new Error(`Asset ${entry.id} is not settled.`)
  return facts
}
