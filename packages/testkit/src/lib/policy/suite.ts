import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import type { TestRunner } from '../storage/conformance/harness.ts'
import type { PolicyHarness, PolicyRow } from './harness.ts'
import { agreementRows } from './rows/agreement-rows.ts'
import { denialRows } from './rows/denial-rows.ts'
import { separationRows } from './rows/separation-rows.ts'
import { writeRows } from './rows/write-rows.ts'
import { openStage } from './stage.ts'
import { worldsOf } from './world.ts'

const ROWS: readonly PolicyRow[] = [...agreementRows, ...denialRows, ...separationRows, ...writeRows]
const MAX_SEED = 2 ** 31 - 1

/**
 * Plays generated worlds (actors, spaces, roles, scopes, assets) and holds against each other what a policy's rules say: the decision
 * on one asset, the list and its pages, its total, searches, downloads and writes. Denied must be what no rule allows and what a
 * failing rule was asked about; nothing of another kind, space or state may show. The store that answers the lists is tried by the same
 * rows: without a policy of its own, the harness tries generated ones.
 *
 * The seed stands in the suite's name. A row that fails says what to give as `replay` to see the same world again.
 * @param runner `describe` and `it` (or `test`) of vitest, node:test or the like
 */
export function policyConformance(harness: PolicyHarness, runner: TestRunner): void {
  const seed = harness.replay?.seed ?? harness.seed ?? randomInt(MAX_SEED)
  runner.describe(`policy conformance: ${harness.name}, seed ${seed}`, () => {
    for (const row of ROWS) {
      runner.it(`${row.id} ${row.title}`, async context => {
        const { replay } = harness
        const reason = replay && replay.row !== row.id ? `only ${replay.row} is replayed` : (row.skip?.(harness) ?? null)
        if (reason !== null) context.skip(reason)
        else await play(harness, row, seed)
      })
    }
  })
}

async function play(harness: PolicyHarness, row: PolicyRow, seed: number): Promise<void> {
  const stage = await openStage(harness)
  try {
    const property = fc.asyncProperty(worldsOf(harness), async world => {
      const scene = await stage.play(world)
      try {
        await row.run(scene, stage)
      } finally {
        await scene.stowage.close()
        await stage.clear()
      }
    })
    const numRuns = Math.max(1, Math.round((harness.runs ?? 50) * (row.share ?? 1)))
    const path = harness.replay?.path
    const details = await fc.check(property, { seed, numRuns, ...(path !== undefined && { path }) })
    if (details.failed) throw new Error(await reportOf(row, details), { cause: details.errorInstance })
  } finally {
    await stage.close()
  }
}

async function reportOf<Ts>(row: PolicyRow, details: fc.RunDetails<Ts>): Promise<string> {
  const replay = JSON.stringify({ row: row.id, seed: details.seed, path: details.counterexamplePath })
  const { errorInstance } = details
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  return `${row.id} ${row.title}: ${reason}\nReplay it with \`replay: ${replay}\` in the harness.\n${await fc.asyncDefaultReportMessage(details)}`
}
