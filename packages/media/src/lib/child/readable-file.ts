import { frames } from '../pool/frames.ts'
import { MAX_READ_BYTES } from '../pool/limits.ts'
import type { TaskFile } from '../pool/task.ts'
import type { LentFile } from './lent-file.ts'
import { semaphore } from './semaphore.ts'
import type { RunRequest, Send } from './task-runner.ts'

/** Bytes of a stream that may be on their way. */
const WINDOW_BYTES = 1024 * 1024
/** Of a lent file, read at once. */
const PART_BYTES = 512 * 1024
/** Below the parent's bound: who asks for more at once waits here. */
const READS_AT_ONCE = 8

export interface ReadableFile {
  readonly file: TaskFile
  onFrame(kind: number, id: number, payload: Uint8Array): void
  /** Nothing of it can be read any more. */
  close(): void
}

interface Arriving {
  chunk(bytes: Uint8Array): void
  end(error?: Error): void
}

let lastId = 0

/** The file as the task sees it. */
export function readableFile(facts: RunRequest['file'], send: Send, lent: LentFile | null): ReadableFile {
  const arriving = new Map<number, Arriving>()
  const places = semaphore(READS_AT_ONCE)
  let closed = false

  function ask(start: number, end: number, credit: number, to: Arriving): number {
    if (closed) throw new Error('The task has ended')
    lastId = (lastId + 1) >>> 0
    arriving.set(lastId, to)
    send(frames.read, lastId, numbers(start, end, credit))
    return lastId
  }

  /** Without the parent, who is told of it. */
  async function readLent(start: number, end: number): Promise<Uint8Array | null> {
    if (closed) throw new Error('The task has ended')
    if (!lent) return null
    send(frames.took, 0, numbers(end - start))
    return lent.read(start, end)
  }

  function readSent(from: number, to: number): Promise<Uint8Array> {
    return new Promise<Uint8Array>((resolve, reject) => {
      const bytes = new Uint8Array(to - from)
      let filled = 0
      ask(from, to, to - from, {
        chunk(part) {
          bytes.set(part, filled)
          filled += part.length
        },
        end: error => (error || filled < bytes.length ? reject(error ?? new Error('The file ended early')) : resolve(bytes)),
      })
    })
  }

  async function read(start: number, end: number): Promise<Uint8Array> {
    const [from, to] = rangeOf(start, end, facts.sizeBytes)
    if (to - from > MAX_READ_BYTES) throw new RangeError('At most 8 MiB can be read at once')
    if (to <= from) return new Uint8Array(0)
    const release = await places()
    try {
      return (await readLent(from, to)) ?? (await readSent(from, to))
    } finally {
      release()
    }
  }

  async function* stream(start = 0): AsyncGenerator<Uint8Array> {
    const [from, to] = rangeOf(start, facts.sizeBytes, facts.sizeBytes)
    if (to <= from) return
    const release = await places()
    try {
      let at = from
      for (let part = await partAt(at); part; part = await partAt(at)) {
        at += part.length
        yield part
      }
      if (at < to) yield* streamSent(at, to)
    } finally {
      release()
    }
  }

  /** Null at the end, and where the parent has to be asked. */
  function partAt(at: number): Promise<Uint8Array | null> {
    const end = Math.min(at + PART_BYTES, facts.sizeBytes)
    return at < end ? readLent(at, end) : Promise.resolve(null)
  }

  async function* streamSent(from: number, to: number): AsyncGenerator<Uint8Array> {
    const waiting = new Waiting()
    const id = ask(from, to, WINDOW_BYTES, waiting)
    try {
      let taken = 0
      for (let chunk = await waiting.next(); chunk; chunk = await waiting.next()) {
        taken += chunk.length
        yield chunk
        if (taken < WINDOW_BYTES / 2) continue
        if (arriving.has(id)) send(frames.more, id, numbers(taken))
        taken = 0
      }
    } finally {
      if (arriving.delete(id) && !closed) send(frames.stop, id)
    }
  }

  return {
    file: { ...facts, read, stream },
    onFrame(kind, id, payload) {
      const to = arriving.get(id)
      if (kind === frames.data) return to?.chunk(payload)
      arriving.delete(id)
      to?.end(kind === frames.end ? undefined : new Error('The file could not be read'))
    },
    close() {
      closed = true
      for (const to of arriving.values()) to.end(new Error('The task has ended'))
      arriving.clear()
    },
  }
}

/** Chunks that have arrived, until they are taken. */
class Waiting implements Arriving {
  private readonly chunks: Uint8Array[] = []
  private ended = false
  private error: Error | undefined
  private wake: () => void = () => undefined

  chunk(bytes: Uint8Array): void {
    this.chunks.push(bytes)
    this.wake()
  }

  end(error?: Error): void {
    this.ended = true
    this.error = error
    this.wake()
  }

  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.chunks.shift()
      if (chunk) return chunk
      if (this.error) throw this.error
      if (this.ended) return null
      await new Promise<void>(resolve => {
        this.wake = resolve
      })
    }
  }
}

function rangeOf(start: number, end: number, sizeBytes: number): [number, number] {
  if (!Number.isSafeInteger(start) || start < 0 || !Number.isSafeInteger(end))
    throw new RangeError('Offsets are whole numbers from 0')
  return [start, Math.min(end, sizeBytes)]
}

function numbers(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(values).buffer)
}
