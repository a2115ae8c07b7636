import type { StorageFixture, StorageHarness, TestRunner } from './harness.ts'
import { copyRows } from './rows/copy-rows.ts'
import { getRows } from './rows/get-rows.ts'
import { keyRows } from './rows/key-rows.ts'
import { listRows } from './rows/list-rows.ts'
import { multipartRows } from './rows/multipart-rows.ts'
import { presignRows } from './rows/presign-rows.ts'
import { putFailureRows } from './rows/put-failure-rows.ts'
import { putRows } from './rows/put-rows.ts'

const ROWS = [
  ...keyRows,
  ...putRows,
  ...putFailureRows,
  ...getRows,
  ...listRows,
  ...copyRows,
  ...presignRows,
  ...multipartRows,
].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))

/**
 * Tries everything a storage adapter promises, row by row, on a namespace of its own for each row. What the adapter doesn't
 * claim in its `capabilities` must be refused as `unsupported`; rows that need it, or something the harness lacks, are skipped
 * and say why.
 * @param runner `describe` and `it` (or `test`) of vitest, node:test or the like
 */
export function storageConformance(harness: StorageHarness, runner: TestRunner): void {
  runner.describe(`storage conformance: ${harness.name}`, () => {
    for (const row of ROWS) {
      runner.it(`${row.id} ${row.title}`, async context => {
        const fixture = await harness.create()
        try {
          const reason = row.skip?.(fixture) ?? null
          if (reason !== null) {
            context.skip(reason)
            return
          }
          await row.run(completed(fixture))
          await fixture.inspect?.()
        } finally {
          await fixture.close()
        }
      })
    }
  })
}

function completed(fixture: StorageFixture) {
  const smallest = Math.max(fixture.storage.multipart?.minPartBytes ?? 0, 1024)
  return { ...fixture, second: fixture.second ?? fixture.storage, partBytes: fixture.partBytes ?? smallest }
}
