import type { Assets } from './assets/interface/assets.ts'
import type { LinkedContent, OpenLinkOptions } from './assets/interface/reading.ts'
import type { Actor } from './contracts/actor.ts'
import type { Clock, Logger } from './contracts/runtime.ts'
import type { StorageCapabilities } from './contracts/storage.ts'
import type { Telemetry } from './contracts/telemetry.ts'
import type { BoundKind } from './kinds/kind.ts'
import type { AuditOptions, AuditReport } from './lifecycle/audit/report.ts'

/** Signs short values for one purpose; a token made for another purpose never opens here. */
export interface Signer {
  /** @returns URL-safe text that holds `value` readably, with its signature */
  seal(value: unknown, options?: { readonly expiresAt?: number }): string
  /** The value, or null when the token was altered, is for something else, or has expired. */
  open(token: string): unknown
}

export interface SweepReport {
  readonly expiredUploads: number
  readonly purgedObjects: number
  readonly removedAssets: number
  readonly jobs: number
  readonly failures: number
}

export interface SweepOptions {
  /** Told the sums after each thing that was due. */
  readonly onProgress?: (report: SweepReport) => void
  /** Ends the pass early, between two things; the next one goes on. */
  readonly signal?: AbortSignal
}

/** A running asset layer. Close it before the process ends. */
export interface Stowage {
  readonly kinds: readonly BoundKind[]
  readonly clock: Clock
  readonly logger: Logger
  /** Null: nobody is told. */
  readonly telemetry: Telemetry | null
  readonly storage: { readonly name: string; readonly capabilities: StorageCapabilities }
  /** Whether an importer is set up, without which `import` is refused. */
  readonly canImport: boolean
  /** Whether the storage can be sent files straight, without which `beginUpload` is refused. */
  readonly canSignUploads: boolean
  /** Whether files can come in several requests, without which `createResumable` is refused. */
  readonly canResumeUploads: boolean
  /** The assets as one actor may use them; null is anonymous. */
  as(actor: Actor | null): Assets
  /** The one unguarded entry: no policy is asked. For your own jobs and scripts, never for a request. */
  readonly trusted: Assets
  /** Opens a signed link. @throws `forbidden` for a bad or expired token, `not_found` when the asset is gone or its bytes were replaced */
  openLink(token: string, options?: OpenLinkOptions): Promise<LinkedContent>
  signer(purpose: string): Signer
  /** One pass over everything that is due, until nothing is. Also runs by itself every minute unless `workers: false`. */
  sweep(options?: SweepOptions): Promise<SweepReport>
  /**
   * Compares database and storage both ways and reports what disagrees; mends only what `repair` names. Safe while the service runs
   * and at any size: it lists objects first, then looks up their rows, page by page.
   * @throws StowageError `invalid_request` for options that can't be meant, `unavailable` when storage or database is out of reach
   */
  audit(options?: AuditOptions): Promise<AuditReport>
  /** Ends background work, waits for what is running, closes storage and database. */
  close(): Promise<void>
}
