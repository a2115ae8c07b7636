import { StowageError } from '../../contracts/errors.ts'
import { allStorages } from '../../storage/storage-of.ts'
import { type AuditRun, type MaintenanceDeps, newRun } from './audit-run.ts'
import { compareObjects } from './compare-objects.ts'
import { compareAssets, compareUsage, findOverdueTasks } from './compare-rows.ts'
import { removeOrphans } from './remove-orphans.ts'
import type { AuditOptions, AuditReport } from './report.ts'
import { findUnfinished } from './unfinished.ts'

/** Compares database and storage both ways, page by page, and mends what it was asked to. */
export async function audit(deps: MaintenanceDeps, options: AuditOptions = {}): Promise<AuditReport> {
  checkOptions(options)
  const run = newRun(deps, options)
  const complete = await untilAborted(run, async () => {
    await compareUsage(run)
    await inEach(run, compareObjects)
    await compareAssets(run)
    await inEach(run, findUnfinished)
    await findOverdueTasks(run)
    if (options.repair?.orphans) await inEach(run, removeOrphans)
  })
  const { checked, total, counts, findings, repaired } = run
  return { complete, startedAt: run.now, endedAt: deps.clock.now(), checked, total, counts, findings, repaired }
}

async function inEach(run: AuditRun, work: (run: AuditRun) => Promise<void>): Promise<void> {
  for (const storage of allStorages(run.deps)) {
    run.storage = storage
    await work(run)
  }
}

/** False where the signal ended it; anything else that fails is thrown. */
async function untilAborted(run: AuditRun, work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (run.signal?.aborted) return false
    throw error
  }
}

function checkOptions({ graceMs = 0, overdueMs = 0, maxOrphanShare = 0, maxFindings = 0 }: AuditOptions): void {
  for (const [name, value] of Object.entries({ graceMs, overdueMs, maxOrphanShare, maxFindings })) {
    if (!(value >= 0)) throw new StowageError('invalid_request', `audit: \`${name}\` is a number from 0.`)
  }
}
