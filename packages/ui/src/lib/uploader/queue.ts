import type { AssetItem, SourceUploadOptions, UploadHandle } from '../asset-source.ts'
import { type Trouble, troubleOf } from '../shared/trouble.ts'

/** One file on its way. Read only: what changes comes as a new object. */
export interface UploadEntry {
  readonly id: number
  readonly file: File
  readonly state: 'waiting' | 'sending' | 'paused' | 'done' | 'failed' | 'cancelled'
  /** Bytes of the file that were sent. */
  readonly loaded: number
  /** Why it failed; or, while it is `sending`, why it is tried again. Null otherwise. */
  readonly trouble: Trouble | null
  /** What became of it; null until it is done. */
  readonly item: AssetItem | null
  /** Whether it can be paused, now or later. */
  readonly canPause: boolean
}

export interface UploadQueueOptions {
  readonly start: (file: File, options: SourceUploadOptions) => UploadHandle
  /** Why a file is not even tried; null where it is. */
  readonly refuse: (file: File) => Trouble | null
  readonly concurrency: () => number
  /** Called after each change, with the entry that changed, and what it was; undefined for a new one. */
  readonly onChange: (entry: UploadEntry, before: UploadEntry | undefined) => void
}

export interface UploadQueue {
  readonly entries: readonly UploadEntry[]
  add(files: readonly File[]): void
  cancel(id: number): void
  retry(id: number): void
  /** What rests leaves its place to another. */
  pause(id: number): void
  /** Goes on at once, however many are on their way. */
  resume(id: number): void
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
  const uploads = new Map<number, UploadHandle>()
  const find = (id: number) => entries.find(entry => entry.id === id)

  const change = (id: number, patch: Partial<UploadEntry>) => {
    const before = find(id)
    if (!before) return
    const entry = { ...before, ...patch }
    entries = entries.map(each => (each.id === id ? entry : each))
    options.onChange(entry, before)
  }

  const send = async ({ id, file, loaded }: UploadEntry) => {
    const controller = new AbortController()
    const { signal } = controller
    controllers.set(id, controller)
    change(id, { state: 'sending', trouble: null })
    try {
      const onProgress: SourceUploadOptions['onProgress'] = ({ loaded }) => {
        if (!signal.aborted) change(id, { loaded: Math.min(loaded, file.size), trouble: null })
      }
      const onRetry = (error: unknown) => {
        if (find(id)?.state === 'sending') change(id, { trouble: troubleOf(error) })
      }
      const upload = options.start(file, { onProgress, onRetry, signal })
      uploads.set(id, upload)
      // One that can rest may go on where it was.
      change(id, upload.pause ? { canPause: true, loaded } : { canPause: false, loaded: 0 })
      const item = await upload.done
      // Cancelled too late: it is there.
      change(id, { state: 'done', loaded: file.size, item, trouble: null })
    } catch (error) {
      if (signal.aborted) change(id, { state: 'cancelled', loaded: 0, trouble: null })
      else change(id, { state: 'failed', trouble: troubleOf(error) })
    } finally {
      controllers.delete(id)
      uploads.delete(id)
      next()
    }
  }

  const next = () => {
    for (const { id } of entries) {
      const sending = entries.filter(({ state }) => state === 'sending').length
      if (sending >= Math.max(1, options.concurrency())) return
      const entry = find(id)
      if (entry?.state === 'waiting') void send(entry)
    }
  }

  const queue: UploadQueue = {
    get entries() {
      return entries
    },
    add(files) {
      const added = files.map((file): UploadEntry => {
        const trouble = options.refuse(file)
        const state = trouble ? 'failed' : 'waiting'
        return { id: nextId++, file, state, loaded: 0, trouble, item: null, canPause: false }
      })
      entries = [...entries, ...added]
      for (const entry of added) options.onChange(entry, undefined)
      next()
    },
    cancel(id) {
      const controller = controllers.get(id)
      if (controller) controller.abort()
      else if (find(id)?.state === 'waiting') change(id, { state: 'cancelled' })
    },
    retry(id) {
      const entry = find(id)
      if (entry?.state !== 'failed' && entry?.state !== 'cancelled') return
      const trouble = options.refuse(entry.file)
      change(id, trouble ? { state: 'failed', trouble } : { state: 'waiting', trouble: null })
      next()
    },
    pause(id) {
      if (find(id)?.state !== 'sending' || !uploads.get(id)?.pause?.()) return
      change(id, { state: 'paused', trouble: null })
      next()
    },
    resume(id) {
      if (find(id)?.state !== 'paused') return
      change(id, { state: 'sending' })
      uploads.get(id)?.resume?.()
    },
    retryLost() {
      for (const { id, trouble } of entries) if (trouble?.kind === 'network') queue.retry(id)
    },
    remove(ids) {
      entries = entries.filter(entry => !ids.includes(entry.id) || isActive(entry))
    },
    stop() {
      for (const entry of entries) if (isActive(entry)) queue.cancel(entry.id)
    },
  }
  return queue
}

/** Whether it will come to an end by itself, or once it is resumed. */
export function isActive({ state }: UploadEntry): boolean {
  return state === 'waiting' || state === 'sending' || state === 'paused'
}
