import {
  type AssetRecord,
  type BlobRecord,
  type Change,
  type IdempotencyRecord,
  type JobRecord,
  type Reservation,
  StowageError,
  type UploadRecord,
  type Usage,
} from '@stowage/core/contracts'

/** What is kept of an asset's text. */
export interface MemoryText {
  readonly units: number
  /** How often each is there. */
  readonly words: ReadonlyMap<string, number>
}

/** Rows in memory, of which the changes since {@link MemoryTables.begin} can be taken back. */
export class MemoryTables {
  readonly assets = new Map<string, AssetRecord>()
  readonly blobs = new Map<string, BlobRecord>()
  readonly jobs = new Map<string, JobRecord>()
  readonly uploads = new Map<string, UploadRecord>()
  readonly idempotency = new Map<string, IdempotencyRecord>()
  readonly usage = new Map<string, Usage>()
  readonly reservations = new Map<string, Reservation>()
  /** By the ids of their assets. */
  readonly downloads = new Map<string, number>()
  /** By the ids of their assets. */
  readonly texts = new Map<string, MemoryText>()
  #undo: (() => void)[] = []

  begin(): void {
    this.#undo = []
  }

  rollback(): void {
    for (const undo of this.#undo.reverse()) undo()
    this.#undo = []
  }

  set<T>(table: Map<string, T>, key: string, value: T): void {
    this.#remember(table, key)
    table.set(key, value)
  }

  delete<T>(table: Map<string, T>, key: string): void {
    this.#remember(table, key)
    table.delete(key)
  }

  #remember<T>(table: Map<string, T>, key: string): void {
    const before = table.get(key)
    this.#undo.push(() => {
      if (before === undefined) table.delete(key)
      else table.set(key, before)
    })
  }
}

/** One text for two names, which no other two have. */
export const pairKey = (a: string, b: string): string => JSON.stringify([a, b])

/** The sums of a space's ready assets. */
export function readyUsage(tables: MemoryTables, kind: string, space: string): Usage {
  const ready = [...tables.assets.values()].filter(
    asset => asset.kind === kind && asset.space === space && asset.state === 'ready',
  )
  return { bytes: ready.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0), count: ready.length }
}

/** What is reserved in a space, but for the reservation `except`. */
export function reservedUsage(
  tables: MemoryTables,
  { kind, space, now, except }: { readonly kind: string; readonly space: string; readonly now: number; readonly except?: string },
): Usage {
  const others = [...tables.reservations.values()].filter(
    other => other.kind === kind && other.space === space && other.expiresAt > now && other.id !== except,
  )
  return {
    bytes: others.reduce((sum, { bytes }) => sum + bytes, 0),
    count: others.reduce((sum, { count }) => sum + count, 0),
  }
}

/** What a change is refused with. */
export interface Refusal {
  conflict(): never
  taken(constraint: 'id' | 'slug' | 'uniqueName' | 'key' | 'derivative'): never
  overQuota(): never
}

export function refusalOf(index: number, op: Change['op']): Refusal {
  const details = { index, op }
  return {
    conflict() {
      throw new StowageError('conflict', `${op} found no row in the state it asks for.`, { details })
    },
    taken(constraint) {
      throw new StowageError('already_exists', `${op}: the ${constraint} is taken.`, { details: { ...details, constraint } })
    },
    overQuota() {
      throw new StowageError('quota_exceeded', 'The quota is used up.', { details })
    },
  }
}
