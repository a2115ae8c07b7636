import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type ObjectInfo, StowageError } from '@stowage/core/contracts'
import type { FolderPlace } from '../directories.ts'
import { objectInfo } from '../object-info.ts'
import type { Place } from '../place.ts'
import type { Target } from '../publish.ts'
import { type Job, type Outcome, SLOT_BYTES, SLOTS, type ThreadData } from './protocol.ts'

/** Files that a storage writes the long way at first: many a program writes no more, and starting a thread costs more than they do. */
const FIRST_FILES = 3

// A thread that passes bytes on and keeps nothing: a small nursery saves memory.
const LIMITS = { maxYoungGenerationSizeMb: 2 }

interface Pending {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: Error) => void
}

/**
 * Writes small files on a thread of its own, a group at a time: one message to and fro instead of eight trips to the thread pool for each,
 * and few syncs of the disk's journal for many files. Started once there are some.
 */
export class SmallWrites {
  readonly #script: URL
  readonly #place: Omit<ThreadData, 'memory'>
  readonly #free: number[] = Array.from({ length: SLOTS }, (_, slot) => slot)
  readonly #pending = new Map<number, Pending>()
  /** Made for the first file. */
  #memory: SharedArrayBuffer | null = null
  #worker: Worker | null = null
  #closing: Promise<void> | null = null
  #queue: Job[] = []
  #asked = 0

  constructor(script: URL, place: Omit<ThreadData, 'memory'>) {
    this.#script = script
    this.#place = place
  }

  /**
   * Null when the file was not written and must go the long way, which also finds out why.
   * @param chunks of at most `SLOT_BYTES` together
   * @throws what the sync failed with, or `unavailable` when the thread ended
   */
  async put(place: Place, target: Target, folder: FolderPlace, chunks: readonly Uint8Array[]): Promise<ObjectInfo | null> {
    this.#asked += 1
    const slot = this.#closing || this.#asked <= FIRST_FILES ? undefined : this.#free.pop()
    if (slot === undefined) return null
    const job: Job = {
      slot,
      sizeBytes: this.#fill(slot, chunks),
      folder: folder.path,
      parent: folder.parent,
      name: target.segments.at(-1) ?? '',
      createOnly: target.createOnly,
      time: place.stamps.next(),
    }
    const outcome = await this.#run(job).finally(() => this.#free.push(slot))
    if ('failed' in outcome) throw Object.assign(new Error(outcome.failed.message), { code: outcome.failed.code })
    return 'done' in outcome ? objectInfo(target.key, outcome.done) : null
  }

  /** Resolves once what was begun is written. */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  #fill(slot: number, chunks: readonly Uint8Array[]): number {
    this.#memory ??= new SharedArrayBuffer(SLOTS * SLOT_BYTES)
    const memory = new Uint8Array(this.#memory, slot * SLOT_BYTES, SLOT_BYTES)
    let sizeBytes = 0
    for (const chunk of chunks) {
      memory.set(chunk, sizeBytes)
      sizeBytes += chunk.byteLength
    }
    return sizeBytes
  }

  #run(job: Job): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker?.ref()
      this.#pending.set(job.slot, { resolve, reject })
      // What arrives in one turn of the event loop travels together: waking a thread costs more than a small write.
      if (this.#queue.push(job) === 1) setImmediate(this.#send)
    })
  }

  readonly #send = (): void => {
    const jobs = this.#queue
    this.#queue = []
    this.#worker ??= this.#start(this.#memory as SharedArrayBuffer)
    this.#worker.postMessage(jobs)
  }

  #start(memory: SharedArrayBuffer): Worker {
    const workerData: ThreadData = { ...this.#place, memory }
    const worker = new Worker(this.#script, { workerData, name: 'stowage-fs-writer', resourceLimits: LIMITS })
    worker.on('message', (outcomes: readonly Outcome[]) => {
      for (const outcome of outcomes) this.#settle(outcome.slot)?.resolve(outcome)
    })
    worker.on('error', error => this.#fail(worker, error))
    worker.on('exit', code => this.#fail(worker, new Error(`it ended with code ${code}`)))
    return worker
  }

  #settle(slot: number): Pending | undefined {
    const waiting = this.#pending.get(slot)
    this.#pending.delete(slot)
    // While closing, the thread's end is still to come.
    if (this.#pending.size === 0 && !this.#closing) this.#worker?.unref()
    return waiting
  }

  /** Whether the files that it was given were written is not known. */
  #fail(ended: Worker, cause: Error): void {
    if (this.#worker !== ended) return
    this.#worker = null
    const error = new StowageError('unavailable', `The thread that writes small files stopped: ${cause.message}.`, { cause })
    for (const slot of [...this.#pending.keys()]) this.#settle(slot)?.reject(error)
  }

  async #end(): Promise<void> {
    if (this.#queue.length > 0) await new Promise(setImmediate)
    const worker = this.#worker
    if (!worker) return
    worker.ref()
    await new Promise<void>(resolve => {
      worker.once('exit', () => resolve())
      worker.postMessage(null)
    })
  }
}

/** The worker's file beside this one; null where a bundler has left it behind: all files then go the long way. */
export function workerScript(base: string | undefined = import.meta.url): URL | null {
  if (!base?.startsWith('file:')) return null
  const script = new URL(base.endsWith('.ts') ? './worker.ts' : './worker.js', base)
  return existsSync(fileURLToPath(script)) ? script : null
}
