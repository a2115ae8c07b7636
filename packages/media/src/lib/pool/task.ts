import type { StoredFile } from '@stowage/core/contracts'

/** What a task in a child may use of the file. */
export interface TaskFile {
  readonly contentType: string
  readonly sizeBytes: number
  readonly filename: string | null
  /** Bytes `start` to `end - 1`, cut at the file's end; at most 8 MiB per call. They are the task's own. */
  read(start: number, end: number): Promise<Uint8Array>
  /** The file from `start` (default 0) to its end, in chunks. No more is fetched than is taken. */
  stream(start?: number): AsyncIterable<Uint8Array>
}

/**
 * A task: the default export of `src/lib/tasks/NAME.ts`. It runs in a child and nowhere else: no network, no files written, no processes, no
 * `eval`. The child is reused, so it must leave nothing behind that the next file could meet.
 * @returns JSON (up to 4 MiB of it), or an object of JSON and Uint8Arrays (up to 34 MiB together) as its own properties. Anything else fails the run
 * @throws Unreadable for bytes that no further try could read
 */
export type Task<Options extends object, Result> = (file: TaskFile, options: Options) => Promise<Result>

/** A task's word on the file itself: it is not tried again, and users see the reason. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** Name of a module in `src/lib/tasks`, without its ending. */
export type TaskName = string

export interface TaskLimits {
  /** For the whole run, from its start in a child. Default 5,000. */
  readonly deadlineMs?: number
  /** Resident memory of the child, its code included. Default 256. */
  readonly memoryMiB?: number
  /** Bytes the task may ask for, all reads together. Default: four times the file's size, at least 64 MiB. */
  readonly maxReadBytes?: number
}

/** Runs tasks over strangers' bytes in child processes. */
export interface ParserPool {
  /**
   * @throws StowageError `unprocessable`: by `Unreadable`, not retryable; by a crash, too much memory, time, reading or talking, retryable and each
   * in its own words. `aborted`: by the file's signal. `unavailable`: the pool is closed, or children can't be started
   */
  run<Result>(task: TaskName, file: StoredFile, options: object, limits?: TaskLimits): Promise<Result>
  /** Takes no more work, waits a while for what runs, and ends all children. */
  close(): Promise<void>
}
