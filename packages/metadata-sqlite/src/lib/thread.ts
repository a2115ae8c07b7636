import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { StowageError } from '@stowage/core/contracts'
import { newParcel } from './parcel.ts'
import type { BatchStatement, Outcome, Reply, ThreadData } from './protocol.ts'

/** Runs batches elsewhere, or here. */
export interface Executor {
  execute(statements: readonly BatchStatement[]): Promise<Outcome>
  /** Resolves once all that was asked for has been answered. */
  close(): Promise<void>
}

/** The worker's file beside this one; null where a bundler has left it behind. */
export function workerFile(base: string | undefined): URL | null {
  if (!base?.startsWith('file:')) return null
  const url = new URL(base.endsWith('.ts') ? './worker.ts' : './worker.js', base)
  return existsSync(fileURLToPath(url)) ? url : null
}

// A thread passes rows on and keeps none: a small nursery saves 8 MB of memory each.
const LIMITS = { maxYoungGenerationSizeMb: 4 }

interface Pending {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: Error) => void
}

/** A worker thread, started by the first call and kept from holding up the process while idle. */
export function threadExecutor(file: URL, data: ThreadData): Executor {
  const pending = new Map<number, Pending>()
  let parcel = newParcel()
  let worker: Worker | null = null
  let lastId = 0
  let closed: Promise<void> | null = null

  function start(): Worker {
    const started = new Worker(file, { workerData: data, name: `stowage-sqlite-${data.role}`, resourceLimits: LIMITS })
    started.on('message', settle)
    started.on('error', error => fail(started, error))
    started.on('exit', code => fail(started, new Error(`The thread ended with code ${code}`)))
    return started
  }

  function send(): void {
    if (parcel.size > 0) worker?.postMessage(parcel.take())
  }

  function settle(reply: Reply): void {
    for (const [id, outcome] of reply) {
      const waiting = pending.get(id)
      pending.delete(id)
      waiting?.resolve(outcome)
    }
    // While closing, the thread's end is still to come.
    if (pending.size === 0 && closed === null) worker?.unref()
  }

  // Whether the writes it was given were committed is not known.
  function fail(ended: Worker, cause: Error): void {
    // An error is followed by an exit, when another thread may be at work already.
    if (worker !== ended) return
    worker = null
    parcel = newParcel()
    const error = new StowageError('unavailable', `The database's ${data.role} thread ended: ${cause.message}`, { cause })
    const waiting = [...pending.values()]
    pending.clear()
    for (const { reject } of waiting) reject(error)
  }

  return {
    execute(statements) {
      if (closed) return Promise.reject(new StowageError('unavailable', 'The database is closed.', { retryable: false }))
      worker ??= start()
      if (pending.size === 0) worker.ref()
      return new Promise((resolve, reject) => {
        const alone = pending.size === 0
        pending.set(++lastId, { resolve, reject })
        parcel.add(lastId, statements)
        // While the thread is at work, what is asked for in one turn of the event loop travels together: waking it costs more than a write.
        if (alone) send()
        else if (parcel.size === 1) setImmediate(send)
      })
    },
    close() {
      send()
      closed ??= end(worker)
      return closed
    },
  }
}

// The thread answers what it was sent before it ends.
function end(worker: Worker | null): Promise<void> {
  if (!worker) return Promise.resolve()
  worker.ref()
  return new Promise(resolve => {
    worker.once('exit', () => resolve())
    worker.postMessage(null)
  })
}
