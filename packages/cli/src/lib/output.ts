import type { AuditReport, CopyReport, MigrationStatus, SweepReport } from '@stowage/core'
import type { ExitCode } from './exit-codes.ts'

export interface SweepResult extends SweepReport {
  /** False where it was ended early. */
  readonly complete: boolean
  readonly passes: number
}

export interface MigrateResult {
  readonly dryRun: boolean
  /** Schema that was found; 0 where there was no database yet. */
  readonly version: number
  /** What had to be done, in its order; by now it is, unless this is a dry run. */
  readonly pending: MigrationStatus['pending']
}

/** What `--json` prints, on one line, whatever happens. */
export interface CommandOutput {
  /** Grows when this shape changes in a way that programs could notice. */
  readonly version: 1
  /** Null where no command was understood. */
  readonly command: 'audit' | 'sweep' | 'copy' | 'migrate' | null
  readonly exitCode: ExitCode
  /** Of `audit`, `sweep`, `copy` and `migrate`, in this order; null where it failed. */
  readonly result: AuditReport | SweepResult | CopyReport | MigrateResult | null
  readonly error: { readonly code: string; readonly message: string } | null
}
