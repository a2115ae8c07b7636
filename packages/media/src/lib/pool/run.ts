import type { Clock, StoredFile, StowageError } from '@stowage/core/contracts'
import {
  aborted,
  badResult,
  broken,
  crashed,
  outOfProtocol,
  outOfTime,
  overMemory,
  readTooMuch,
  unavailable,
  unreadable,
} from './failures.ts'
import { fileServer } from './file-server.ts'
import { frames } from './frames.ts'
import { type LentFile, lendFile } from './lent-file.ts'
import { MAX_FAILURE_BYTES } from './limits.ts'
import type { MemoryWatch } from './memory-watch.ts'
import type { ChildListener, ChildProcess } from './spawn.ts'
import type { TaskLimits } from './task.ts'
import { decodeValue, MAX_VALUE_BYTES } from './values.ts'

export interface Run {
  readonly task: string
  readonly file: StoredFile
  readonly options: object
  readonly limits: Required<TaskLimits>
}

export interface RunTools {
  readonly clock: Clock
  readonly memory: MemoryWatch | null
  /** For loading the task's code, which is no stranger's. */
  readonly startMs: number
}

/** A run in a child. */
export interface Running {
  /** What the task returned. Where it rejects, the child is gone, unless the task itself said no. */
  readonly result: Promise<unknown>
  /** Ends the child, and the run with this error. */
  stop(error: StowageError): void
}

/** Largest payload of what a child may say while it works. */
const WORKING: Readonly<Record<number, number>> = {
  [frames.started]: 0,
  [frames.read]: 24,
  [frames.more]: 8,
  [frames.stop]: 0,
  [frames.took]: 8,
  [frames.result]: MAX_VALUE_BYTES,
  [frames.failure]: MAX_FAILURE_BYTES,
}

/** Gives a child one task, serves it the file, and holds it to its limits. The child must be idle. */
export function startRun(child: ChildProcess, id: number, run: Run, tools: RunTools): Running {
  const { task, file, limits } = run
  const server = fileServer(file, child, limits.maxReadBytes)
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const before = child.listener
  let started = false
  let settled = false
  let lent: LentFile | null = null
  let cancelTimer = tools.clock.after(tools.startMs, () => stop(unavailable(`The task ${task} could not be loaded in time.`)))
  const unwatch = tools.memory?.watch(child.pid, limits.memoryMiB * 1024 * 1024, (what, cause) =>
    stop(what === 'over' ? overMemory(task, limits.memoryMiB) : unavailable('Memory of a parser can not be measured.', cause)),
  )
  const onAbort = (): void => stop(aborted(task, file.signal))

  /** @returns false where it has ended before */
  function settle(): boolean {
    if (settled) return false
    settled = true
    cancelTimer()
    unwatch?.()
    file.signal.removeEventListener('abort', onAbort)
    server.close()
    lent?.close()
    child.listener = before
    return true
  }

  function stop(error: StowageError): void {
    if (!settle()) return
    child.kill()
    reject(error)
  }

  function finish(kind: number, payload: Uint8Array): void {
    const read = kind === frames.result ? () => decodeValue(payload) : () => wordsOf(task, payload)
    let value: unknown
    try {
      value = read()
    } catch (error) {
      stop(badResult(task, error))
      return
    }
    settle()
    // What was found in a file that could not be read to where it was asked for is not to be trusted.
    if (server.failure !== null) reject(server.failure)
    else if (kind === frames.result) resolve(value)
    else reject(value)
  }

  function begin(): void {
    cancelTimer()
    started = true
    cancelTimer = tools.clock.after(limits.deadlineMs, () => stop(outOfTime(task, limits.deadlineMs)))
  }

  async function give(): Promise<void> {
    lent = await lendFile(file)
    if (settled) lent?.close()
    else await child.send(frames.run, id, requestOf(run, lent))
  }

  const listener: ChildListener = {
    maxBytes: kind => (started === (kind === frames.started) ? null : (WORKING[kind] ?? null)),
    onFrame(frame) {
      if (frame.kind === frames.started) return begin()
      if (frame.kind === frames.result || frame.kind === frames.failure) return finish(frame.kind, frame.payload)
      const misuse = server.onFrame(frame.kind, frame.id, frame.payload)
      if (misuse) stop(misuse === 'reading' ? readTooMuch(task, limits.maxReadBytes) : outOfProtocol(task))
    },
    onBroken: () => stop(outOfProtocol(task)),
    onEnded: ended => stop(crashed(task, ended, limits.memoryMiB)),
  }
  child.listener = listener
  file.signal.addEventListener('abort', onAbort)
  if (file.signal.aborted) onAbort()
  else void give()
  return { result: promise, stop }
}

function requestOf({ task, options, file: { asset } }: Run, lent: LentFile | null): Uint8Array {
  const file = { contentType: asset.contentType, sizeBytes: asset.sizeBytes, filename: asset.filename }
  return Buffer.from(JSON.stringify({ task, options, file, lent: lent?.path ?? null }))
}

function wordsOf(task: string, payload: Uint8Array): StowageError {
  const said: unknown = JSON.parse(Buffer.from(payload).toString())
  if (typeof said !== 'object' || said === null) throw new TypeError('No words')
  const { why, words } = said as { why?: unknown; words?: unknown }
  if (typeof words !== 'string') throw new TypeError('No words')
  if (why === 'unreadable') return unreadable(task, words)
  return why === 'result' ? badResult(task, new Error(words)) : broken(task, words)
}
