import type { Change } from '@stowage/core/contracts'

/** Where a process dies relative to the effect of a call: `during` is soon after it was made, with the outcome unknown. */
export type Phase = 'before' | 'during' | 'after'

export type Strike =
  /** A commit that holds such changes. */
  | { readonly on: 'commit'; readonly phase: Phase; readonly holds: (changes: readonly Change[]) => boolean }
  | { readonly on: 'metadata'; readonly phase: Phase; readonly op: 'claimJobs' | 'listDueBlobs' }
  | { readonly on: 'storage'; readonly phase: Phase; readonly op: string }
  /** In the middle of a body, before or after storage took the chunk. */
  | { readonly on: 'body'; readonly phase: Phase }
  /** A system call that the storage on disk makes. */
  | { readonly on: 'disk'; readonly phase: Phase; readonly call: 'sync' | 'link' | 'rename' | 'unlink' }
  /** A delete of several objects that got through the first. */
  | { readonly on: 'some deleted'; readonly phase: 'during' }
  /** The answer to a write: before its head, or once it was handed to the socket. */
  | { readonly on: 'answer'; readonly phase: Phase }
  /** The call waits, so that something else happens meanwhile; the process is killed after that. */
  | { readonly on: 'held delete'; readonly phase: Phase }

/**
 * What a process lives through until the point strikes: clients' requests; the jobs due at its start; a sweep; a sweep beside
 * another process that does the same; or a job that is held while a client changes its asset.
 */
export type Life = 'load' | 'jobs' | 'sweep' | 'two workers' | 'two sweepers' | 'deleted meanwhile' | 'replaced meanwhile'

export interface CrashPoint {
  /** The row of the crash points that it belongs to: `C7`. */
  readonly code: string
  readonly what: string
  readonly life: Life
  readonly strike: Strike
  /** Largest number of the call that is struck, counted from 1. */
  readonly maxNth: number
}

/** `C7 answer to a write, before`. */
export const nameOf = ({ code, what, strike }: CrashPoint): string => `${code} ${what}, ${strike.phase}`
