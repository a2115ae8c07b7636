import type { MetadataHarness, TestRunner } from './harness.ts'
import { KINDS } from './records.ts'
import { accountRows } from './rows/account-rows.ts'
import { cursorRows } from './rows/cursor-rows.ts'
import { derivativeRows } from './rows/derivative-rows.ts'
import { guardRows } from './rows/guard-rows.ts'
import { listRows } from './rows/list-rows.ts'
import { pageRows } from './rows/page-rows.ts'
import { patchRows } from './rows/patch-rows.ts'
import { planRows } from './rows/plan-rows.ts'
import { rankedRows } from './rows/ranked-rows.ts'
import { recordRows } from './rows/record-rows.ts'
import { scanRows } from './rows/scan-rows.ts'
import { searchRows } from './rows/search-rows.ts'
import { taskRows } from './rows/task-rows.ts'
import { textRows } from './rows/text-rows.ts'

const ROWS = [
  ...recordRows,
  ...guardRows,
  ...searchRows,
  ...listRows,
  ...pageRows,
  ...taskRows,
  ...planRows,
  ...patchRows,
  ...cursorRows,
  ...scanRows,
  ...derivativeRows,
  ...textRows,
  ...accountRows,
  ...rankedRows,
].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))

/**
 * Tries everything a metadata store promises, row by row, on a database of its own for each row. Rows that need something the
 * harness lacks are skipped and say why.
 * @param runner `describe` and `it` (or `test`) of vitest, node:test or the like
 */
export function metadataConformance(harness: MetadataHarness, runner: TestRunner): void {
  runner.describe(`metadata conformance: ${harness.name}`, () => {
    for (const row of ROWS) {
      runner.it(`${row.id} ${row.title}`, async context => {
        const fixture = await harness.create(KINDS)
        try {
          const reason = row.skip?.(fixture) ?? null
          if (reason !== null) {
            context.skip(reason)
            return
          }
          await row.run({ store: fixture.store, second: fixture.second ?? fixture.store, fixture })
        } finally {
          await fixture.close()
        }
      })
    }
  })
}
