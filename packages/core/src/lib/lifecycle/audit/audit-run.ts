import type { ServiceDeps } from '../../assets/service.ts'
import type { StorageAdapter } from '../../contracts/storage.ts'
import type { AuditFinding, AuditOptions, AuditProgress, AuditReport } from './report.ts'

/** What maintenance works with: storage and database, without policies and kinds. */
export type MaintenanceDeps = Pick<
  ServiceDeps,
  'clock' | 'logger' | 'random' | 'storage' | 'otherStorages' | 'metadata' | 'timing' | 'emit'
>

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const DAY_MS = 24 * 60 * 60 * 1000
const HOUR_MS = 60 * 60 * 1000
const MAX_FINDINGS = 1000
const MAX_ORPHAN_SHARE = 0.05

/** Rows and objects of one page. */
export const PAGE = 1000

/** One audit under way: its options, its time, and what it has found so far. */
export interface AuditRun {
  readonly deps: MaintenanceDeps
  /** The one that is being compared. */
  storage: StorageAdapter
  readonly options: AuditOptions
  readonly now: number
  readonly verify: 'size' | 'digest'
  readonly graceMs: number
  readonly overdueMs: number
  readonly maxOrphanShare: number
  readonly signal: AbortSignal | undefined
  readonly checked: Mutable<AuditReport['checked']>
  readonly counts: Mutable<AuditReport['counts']>
  readonly repaired: Mutable<AuditReport['repaired']>
  /** What tells a restored database: creation of the newest row, and the newest object without one. */
  readonly newest: { blobAt: number; orphanAt: number }
  expected: number
  total: number
  readonly findings: AuditFinding[]
}

export function newRun(deps: MaintenanceDeps, options: AuditOptions): AuditRun {
  return {
    deps,
    storage: deps.storage,
    options,
    now: deps.clock.now(),
    verify: options.verify ?? 'size',
    graceMs: options.graceMs ?? DAY_MS,
    overdueMs: options.overdueMs ?? HOUR_MS,
    maxOrphanShare: options.maxOrphanShare ?? MAX_ORPHAN_SHARE,
    signal: options.signal,
    checked: { objects: 0, youngObjects: 0, verifiedBytes: 0, blobs: 0, assets: 0, spaces: 0 },
    counts: {},
    repaired: { orphans: 0, orphanBytes: 0, unfinished: 0, usage: 0, refused: null },
    newest: { blobAt: 0, orphanAt: 0 },
    expected: 0,
    total: 0,
    findings: [],
  }
}

export function found(run: AuditRun, finding: AuditFinding): void {
  run.total += 1
  run.counts[finding.type] = (run.counts[finding.type] ?? 0) + 1
  if (run.findings.length < (run.options.maxFindings ?? MAX_FINDINGS)) run.findings.push(finding)
  run.options.onFinding?.(finding)
}

export function progressed(run: AuditRun, phase: AuditProgress['phase'], done: number): void {
  run.options.onProgress?.({ phase, done, expected: run.expected, findings: run.total })
}

/** Whether something that old counts. What seems to come from the future is young, unless age does not matter. */
export const isOld = ({ now, graceMs }: AuditRun, lastModified: Date): boolean =>
  graceMs === 0 || now - lastModified.getTime() >= graceMs

export const isOverdue = (run: AuditRun, at: number): boolean => at + run.overdueMs <= run.now

/** For calls that take a signal. */
export const withSignal = (run: AuditRun): { readonly signal?: AbortSignal } => (run.signal ? { signal: run.signal } : {})
