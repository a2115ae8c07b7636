import { openMaintenance, type SweepReport } from '@stowage/core'
import { parseOptions } from '../arguments.ts'
import { type CommandContext, type Display, type Outcome, withLogger } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { SweepResult } from '../output.ts'
import { findPlaces } from '../places.ts'

const NOTHING: SweepReport = { expiredUploads: 0, purgedObjects: 0, removedAssets: 0, jobs: 0, failures: 0 }

export async function sweepCommand(args: readonly string[], context: CommandContext, display: Display): Promise<Outcome> {
  const values = parseOptions(args, {})
  const { options } = await findPlaces(values, context, { storage: true, newDatabase: false })
  const maintenance = await openMaintenance(withLogger(options, context, display))
  const { signal } = context
  let sum = NOTHING
  let passes = 0
  try {
    for (;;) {
      const before = sum
      const onProgress = (report: SweepReport) => display.progress.show({ label: 'Sweeping', done: workOf(plus(before, report)) })
      const report = await maintenance.sweep({ signal, onProgress })
      // What failed in one pass is tried again in the next, so only the last pass says what is left.
      sum = { ...plus(sum, report), failures: report.failures }
      passes += 1
      if (signal.aborted || workOf(report) === 0) break
    }
  } finally {
    await maintenance.close()
  }
  const result: SweepResult = { ...sum, complete: !signal.aborted, passes }
  summarise(result, display)
  if (!result.complete) return { exitCode: exitCodes.failure, result }
  return { exitCode: result.failures > 0 ? exitCodes.findings : exitCodes.clean, result }
}

const workOf = ({ expiredUploads, purgedObjects, removedAssets, jobs }: SweepReport): number =>
  expiredUploads + purgedObjects + removedAssets + jobs

function plus(a: SweepReport, b: SweepReport): SweepReport {
  return {
    expiredUploads: a.expiredUploads + b.expiredUploads,
    purgedObjects: a.purgedObjects + b.purgedObjects,
    removedAssets: a.removedAssets + b.removedAssets,
    jobs: a.jobs + b.jobs,
    failures: a.failures + b.failures,
  }
}

function summarise(
  { expiredUploads, purgedObjects, removedAssets, jobs, failures, complete }: SweepResult,
  { say }: Display,
): void {
  say(`Gave up ${expiredUploads} uploads, removed ${purgedObjects} objects and ${removedAssets} assets, worked ${jobs} jobs.`)
  if (failures > 0) say(`Could not do ${failures} things; the next sweep tries again.`)
  if (!complete) say('Ended early: the next sweep goes on.')
}
