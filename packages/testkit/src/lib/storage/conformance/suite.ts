import type { StorageAdapter } from '@stowage/core/contracts'
import type { OutOfOrder, Row, RowContext, StorageFixture, StorageHarness, TestRunner } from './harness.ts'
import { assertRefused } from './refusals.ts'
import { attributeRows } from './rows/attribute-rows.ts'
import { copyRows } from './rows/copy-rows.ts'
import { delimiterRows } from './rows/delimiter-rows.ts'
import { errorRows } from './rows/error-rows.ts'
import { etagRows } from './rows/etag-rows.ts'
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
  ...attributeRows,
  ...etagRows,
  ...listRows,
  ...delimiterRows,
  ...copyRows,
  ...presignRows,
  ...errorRows,
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
        const fixture = completed(await harness.create(), harness.wrap ?? (storage => storage))
        try {
          const reason = await reasonToSkip(row, fixture)
          if (reason !== null) {
            context.skip(reason)
            return
          }
          await row.run(fixture)
          await fixture.inspect?.()
        } finally {
          await fixture.close()
        }
      })
    }
  })
}

async function reasonToSkip(row: Row, fixture: StorageFixture): Promise<string | null> {
  const { storage } = fixture
  const unclaimed = row.needs?.find(flag => !storage.capabilities[flag])
  if (unclaimed === undefined) return row.skip?.(fixture) ?? null
  await assertRefused(storage, unclaimed)
  return `${storage.name} does not claim \`${unclaimed}\``
}

type Wrap = (storage: StorageAdapter) => StorageAdapter

function completed(fixture: StorageFixture, wrap: Wrap): RowContext {
  const storage = wrap(fixture.storage)
  return {
    ...fixture,
    storage,
    second: fixture.second ? wrap(fixture.second) : storage,
    partBytes: fixture.partBytes ?? Math.max(storage.multipart?.minPartBytes ?? 0, 1024),
    ...(fixture.outOfOrder && { outOfOrder: allWrapped(fixture.outOfOrder, wrap) }),
  }
}

function allWrapped(outOfOrder: OutOfOrder, wrap: Wrap): OutOfOrder {
  const entries = Object.entries(outOfOrder) as [string, OutOfOrder[keyof OutOfOrder]][]
  return Object.fromEntries(
    entries.map(([name, make]) => [name, typeof make === 'function' ? async () => wrap(await make()) : make]),
  )
}
