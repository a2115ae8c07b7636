import type { AssetItem, SourceUploadOptions } from '../asset-source.ts'
import { type Trouble, troubleOf } from '../shared/trouble.ts'
import type { UploadCounts } from './labels.ts'

/** One file on its way. Read only: what changes comes as a new object. */
export interface UploadEntry {
  readonly id: number
  readonly file: File
  readonly state: 'waiting' | 'sending' | 'done' | 'failed' | 'cancelled'
  /** Bytes of the file that were sent. */
  readonly loaded: number
  /** What went wrong; null unless it failed. */
  readonly trouble: Trouble | null
  /** What became of it; null until it is done. */
  readonly item: AssetItem | null
}

export interface UploadQueueOptions {
  readonly upload: (file: File, options: SourceUploadOptions) => Promise<AssetItem>
  /** Why a file is not even tried; null where it is. */
  readonly refuse: (file: File) => Trouble | null
  readonly concurrency: () => number
  /** Called after each change, with the entry that changed. */
  readonly onChange: (entry: UploadEntry) => void
}

export interface UploadQueue {
  readonly entries: readonly UploadEntry[]
  add(files: readonly File[]): void
  cancel(id: number): void
  retry(id: number): void
  /** Sends what failed for want of a connection once more. */
  retryLost(): void
  /** Takes entries off that are not on their way. */
  remove(ids: readonly number[]): void
  /** Ends everything that is on its way. */
  stop(): void
}

/** Sends files, so many at once, in the order in which they came. */
export function createUploadQueue(options: UploadQueueOptions): UploadQueue {
  let entries: readonly UploadEntry[] = []
  let nextId = 1
  const controllers = new Map<number, AbortController>()

  const change = (id: number, patch: Partial<UploadEntry>) => {
    entries = entries.map(entry => (entry.id === id ? { ...entry, ...patch } : entry))
    const entry = entries.find(each => each.id === id)
    if (entry) options.onChange(entry)
  }

  const send = async ({ id, file }: UploadEntry) => {
    const controller = new AbortController()
    const { signal } = controller
    controllers.set(id, controller)
    change(id, { state: 'sending', loaded: 0, trouble: null })
    try {
      const onProgress: SourceUploadOptions['onProgress'] = ({ loaded }) => {
        if (!signal.aborted) change(id, { loaded: Math.min(loaded, file.size) })
      }
      const item = await options.upload(file, { onProgress, signal })
      // Cancelled too late: it is there.
      change(id, { state: 'done', loaded: file.size, item, trouble: null })
    } catch (error) {
      if (signal.aborted) change(id, { state: 'cancelled', loaded: 0 })
      else change(id, { state: 'failed', trouble: troubleOf(error) })
    } finally {
      controllers.delete(id)
      next()
    }
  }

  const next = () => {
    for (const entry of entries) {
      if (controllers.size >= Math.max(1, options.concurrency())) return
      if (entry.state === 'waiting') void send(entry)
    }
  }

  const queue: UploadQueue = {
    get entries() {
      return entries
    },
    add(files) {
      const added = files.map((file): UploadEntry => {
        const trouble = options.refuse(file)
        return { id: nextId++, file, state: trouble ? 'failed' : 'waiting', loaded: 0, trouble, item: null }
      })
      entries = [...entries, ...added]
      for (const entry of added) options.onChange(entry)
      next()
    },
    cancel(id) {
      const controller = controllers.get(id)
      if (controller) controller.abort()
      else if (entries.some(entry => entry.id === id && entry.state === 'waiting')) change(id, { state: 'cancelled' })
    },
    retry(id) {
      const entry = entries.find(each => each.id === id)
      if (entry?.state !== 'failed' && entry?.state !== 'cancelled') return
      const trouble = options.refuse(entry.file)
      change(id, trouble ? { state: 'failed', trouble } : { state: 'waiting', loaded: 0, trouble: null })
      next()
    },
    retryLost() {
      for (const { id, trouble } of entries) if (trouble?.kind === 'network') queue.retry(id)
    },
    remove(ids) {
      entries = entries.filter(({ id, state }) => !ids.includes(id) || state === 'waiting' || state === 'sending')
    },
    stop() {
      for (const entry of entries) if (entry.state === 'waiting' || entry.state === 'sending') queue.cancel(entry.id)
    },
  }
  return queue
}

/** How many there are of each; what was cancelled does not count. */
export function countsOf(entries: readonly UploadEntry[]): UploadCounts {
  const count = (...states: readonly UploadEntry['state'][]) => entries.filter(({ state }) => states.includes(state)).length
  return {
    total: count('waiting', 'sending', 'done', 'failed'),
    done: count('done'),
    failed: count('failed'),
    active: count('waiting', 'sending'),
  }
}
