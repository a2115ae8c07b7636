import type { MetadataStore } from '../contracts/metadata.ts'
import type { Clock, Logger } from '../contracts/runtime.ts'
import { type Counts, createCounts } from './counts.ts'

const EVERY_MS = 250
/** Assets in one commit; so many are not kept waiting. */
const BATCH = 1000
const MAX_RETRY_MS = 30_000
/** Beyond so many, downloads of further assets are lost while the database can't be written. */
const MAX_WAITING = 100_000
const CLOSING_TRIES = 3
const READING_TRIES = 3

/** Counts downloads without a write for each: they wait in memory, and are written together. */
export interface DownloadCounter {
  /** Counts one more. Returns at once; it is written within a quarter of a second, unless the database can't be. */
  count(kind: string, assetId: string): void
  /** What is stored and what waits in this process, in the order of `assetIds`; at most 1000. */
  read(kind: string, assetIds: readonly string[]): Promise<readonly number[]>
  /** Writes what waits. What is counted later is lost. */
  close(): Promise<void>
}

interface CounterDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metadata: Pick<MetadataStore, 'commit' | 'getDownloads'>
}

export function createDownloadCounter({ clock, logger, metadata }: CounterDeps): DownloadCounter {
  const waiting = createCounts()
  let cancel: (() => void) | null = null
  let writing: Promise<void> | null = null
  let writes = 0
  let failures = 0
  let lost = 0
  let closed = false

  const schedule = (): void => {
    if (closed || cancel || writing || waiting.size === 0) return
    const delay = Math.min(EVERY_MS * 2 ** failures, MAX_RETRY_MS)
    cancel = clock.after(delay, () => void write())
  }
  const write = (): Promise<void> => {
    cancel?.()
    cancel = null
    writing ??= writeBatch(waiting.take(BATCH)).finally(() => {
      writing = null
      if (!closed && failures === 0 && waiting.size >= BATCH) void write()
      else schedule()
    })
    return writing
  }
  const writeBatch = async (batch: Counts): Promise<void> => {
    writes += 1
    try {
      await metadata.commit([...batch.kinds()].map(([kind, downloads]) => ({ op: 'addDownloads', kind, downloads })))
      failures = 0
      if (lost > 0) logger.error('Downloads were not counted: too many waited to be written.', { lost })
      lost = 0
    } catch (error) {
      waiting.addAll(batch)
      failures += 1
      logger.warn('Downloads could not be written; they are kept and tried again.', { assets: waiting.size, error })
    }
  }

  return {
    count(kind, assetId) {
      if (closed || (waiting.size >= MAX_WAITING && !waiting.has(kind, assetId))) {
        lost += 1
        return
      }
      waiting.add(kind, assetId, 1)
      if (waiting.size >= BATCH && failures === 0) void write()
      else schedule()
    },
    async read(kind, assetIds) {
      for (let tries = 1; ; tries += 1) {
        await writing
        const before = writes
        const stored = await metadata.getDownloads(kind, assetIds)
        // What was taken to be written meanwhile may be in `stored` or not.
        if (writes === before || tries >= READING_TRIES)
          return assetIds.map((assetId, at) => (stored[at] ?? 0) + waiting.get(kind, assetId))
      }
    },
    async close() {
      closed = true
      await writing
      for (let tries = 0; waiting.size > 0 && tries < CLOSING_TRIES; tries = failures === 0 ? 0 : tries + 1) await write()
      if (waiting.size > 0) logger.error('Downloads were not counted: the database took no writes.', { assets: waiting.size })
    },
  }
}
