import { type Frame, type FrameKind, frames } from '../pool/frames.ts'
import { MAX_FAILURE_BYTES } from '../pool/limits.ts'
import type { Task } from '../pool/task.ts'
import { encodeValue } from '../pool/values.ts'
import { openLentFile } from './lent-file.ts'
import { type ReadableFile, readableFile } from './readable-file.ts'

export type Send = (kind: FrameKind, id: number, ...payload: readonly Uint8Array[]) => void

export interface RunRequest {
  readonly task: string
  readonly options: object
  /** Where the parent has the file open; null where it has not. */
  readonly lent: string | null
  readonly file: { readonly contentType: string; readonly sizeBytes: number; readonly filename: string | null }
}

/** Runs one task after the other; the parent gives the next one only when it has the answer to the last. */
export function taskRunner(tasks: string, send: Send): { onFrame(frame: Frame): void } {
  let file: ReadableFile | null = null

  async function run(id: number, request: RunRequest): Promise<void> {
    const task = await load(tasks, request.task)
    const lent = request.lent === null ? null : await openLentFile(request.lent, request.file.sizeBytes)
    file = readableFile(request.file, send, lent)
    send(frames.started, id)
    let returned = false
    try {
      const value = await task(file.file, request.options)
      returned = true
      send(frames.result, id, ...encodeValue(value))
    } catch (error) {
      send(frames.failure, id, failureOf(returned ? 'result' : 'error', error))
    } finally {
      file.close()
      file = null
      await lent?.close()
    }
    send(frames.ready, id, tidied())
  }

  return {
    onFrame({ kind, id, payload }) {
      if (kind === frames.run) void run(id, JSON.parse(Buffer.from(payload).toString()) as RunRequest)
      else file?.onFrame(kind, id, payload)
    },
  }
}

async function load(tasks: string, name: string): Promise<Task<object, unknown>> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const module = (await import(new URL(`${name}.${ending}`, tasks).href)) as { default: Task<object, unknown> }
  return module.default
}

function failureOf(why: 'error' | 'result', error: unknown): Uint8Array {
  const unreadable = why === 'error' && error instanceof Error && error.name === 'Unreadable'
  const words = error instanceof Error ? (unreadable ? error.message : `${error.name}: ${error.message}`) : 'no error'
  // Cut so that its JSON fits whatever the characters are.
  return Buffer.from(JSON.stringify({ why: unreadable ? 'unreadable' : why, words: words.slice(0, MAX_FAILURE_BYTES / 8) }))
}

const MiB = 1024 * 1024
const TIDY_FROM_BYTES = 112 * MiB
/** What may gather before it is worth another collection, which takes some milliseconds. */
const TIDY_STEP_BYTES = 32 * MiB
let tidiedBytes = 0

/** Gives memory back between two files, so that the next one finds as much room as the first. @returns what is left, for the parent */
export function tidied(): Uint8Array {
  let bytes = process.memoryUsage.rss()
  if (bytes > Math.max(TIDY_FROM_BYTES, tidiedBytes + TIDY_STEP_BYTES)) {
    globalThis.gc?.()
    bytes = process.memoryUsage.rss()
    tidiedBytes = bytes
  }
  return new Uint8Array(Float64Array.of(bytes).buffer)
}
