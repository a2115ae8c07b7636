import type { SweepReport } from '@stowage/core'
import type { CrashPlan } from './crash.ts'

/** What a server process is told at its start. */
export interface ServerOptions {
  readonly folder: string
  /** Added to the machine's time. */
  readonly clockOffsetMs: number
  /** Whether the database has threads of its own. */
  readonly threads: boolean
  /** Works jobs from its start. */
  readonly workers: boolean
  /** How old parts are at its start that nobody will ask for again, by the machine's time, which files have. */
  readonly abandonedPartsMs: number
  /** Armed from the start. */
  readonly crash: CrashPlan | null
}

export type Order =
  /** Prepares for a crash; answered once it is. */
  | { readonly do: 'arm'; readonly plan: CrashPlan }
  /** Moves the clock on, then sweeps once. */
  | { readonly do: 'sweep'; readonly advanceMs: number }
  /** Audits with digests, as `stowage audit` does. */
  | { readonly do: 'audit' }
  /** Stores an asset through a multipart upload of storage, without any request. */
  | { readonly do: 'multipart'; readonly filename: string; readonly seed: number; readonly sizeBytes: number }
  | { readonly do: 'stop' }

export type Report =
  | { readonly said: 'listening'; readonly port: number }
  /** The point that waits has been reached. */
  | { readonly said: 'held' }
  | { readonly said: 'armed'; readonly order: number }
  | { readonly said: 'swept'; readonly order: number; readonly report: SweepReport }
  | { readonly said: 'audited'; readonly order: number; readonly findings: readonly string[] }
  | { readonly said: 'stored'; readonly order: number; readonly id: string }
  | { readonly said: 'failed'; readonly order: number; readonly message: string }

export const TOKEN = 'alices-token'
export const BASE_PATH = '/assets'
/** Where signed URLs of the storage are answered. */
export const OBJECTS_PATH = '/objects'
/** How long an upload may be gone on with: for longer than a server is down. */
export const UPLOADS_LIVE_MS = 26 * 60 * 60_000
/** Direct uploads that are larger are verified by a job. */
export const VERIFY_IN_JOB_BYTES = 40_000
