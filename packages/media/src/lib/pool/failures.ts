import { StowageError } from '@stowage/core/contracts'
import type { Ended } from './spawn.ts'

const MiB = 1024 * 1024

// A reason is shown to users: one short line without controls.
const MAX_REASON_CHARS = 300

export function unreadable(task: string, words: string): StowageError {
  const reason = words
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_REASON_CHARS)
    .toWellFormed()
  return new StowageError('unprocessable', reason || 'The file could not be read.', { details: { task, why: 'unreadable' } })
}

/** The task threw something else than `Unreadable`: its words may hold the file's own, so they stay in the cause. */
export function broken(task: string, words: string): StowageError {
  return failed(task, 'error', 'The file could not be read: its parser gave up.', new Error(words))
}

export function crashed(task: string, ended: Ended, memoryMiB: number): StowageError {
  if (ended.heapFull) return overMemory(task, memoryMiB)
  const how = ended.signal ?? (ended.code === null ? 'without a word' : `exit code ${ended.code}`)
  return failed(task, 'crash', `The file could not be read: its parser crashed (${how}).`)
}

export function overMemory(task: string, memoryMiB: number): StowageError {
  return failed(task, 'memory', `The file could not be read: its parser took more than ${memoryMiB} MiB of memory.`)
}

export function outOfTime(task: string, deadlineMs: number): StowageError {
  return failed(task, 'time', `The file could not be read: its parser took longer than ${deadlineMs / 1000} s.`)
}

export function readTooMuch(task: string, maxBytes: number): StowageError {
  const size = `${Math.floor(maxBytes / MiB)} MiB`
  return failed(task, 'reading', `The file could not be read: its parser asked for more than ${size} of it, again and again.`)
}

export function outOfProtocol(task: string): StowageError {
  return failed(task, 'protocol', 'The file could not be read: its parser broke its protocol.')
}

export function badResult(task: string, cause: unknown): StowageError {
  return failed(task, 'result', 'The file could not be read: what its parser found is not what it says it is.', cause)
}

export function aborted(task: string, signal: AbortSignal): StowageError {
  return new StowageError('aborted', `The task ${task} was given up.`, { cause: signal.reason })
}

export function unavailable(words: string, cause?: unknown): StowageError {
  return new StowageError('unavailable', words, cause === undefined ? {} : { cause })
}

/** May be the machine's fault as well as the file's: worth another try. */
function failed(task: string, why: string, words: string, cause?: unknown): StowageError {
  const details = { task, why }
  return new StowageError('unprocessable', words, { details, retryable: true, ...(cause === undefined ? {} : { cause }) })
}
