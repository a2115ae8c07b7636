import { expect, test } from 'vitest'
import { brokenAccounts } from '../../../../test/broken-stores/accounts.ts'
import type { BrokenStore } from '../../../../test/broken-stores/broken.ts'
import { brokenDerivatives } from '../../../../test/broken-stores/derivatives.ts'
import { brokenRanks } from '../../../../test/broken-stores/ranks.ts'
import { brokenReads } from '../../../../test/broken-stores/reads.ts'
import { brokenScans } from '../../../../test/broken-stores/scans.ts'
import { brokenTexts } from '../../../../test/broken-stores/texts.ts'
import { brokenWrites } from '../../../../test/broken-stores/writes.ts'
import { failedRows } from '../../../../test/failed-rows.ts'
import { memoryMetadata } from '../memory-metadata.ts'
import { metadataConformance } from './suite.ts'

const BROKEN: readonly (readonly [string, BrokenStore])[] = Object.entries({
  ...brokenWrites,
  ...brokenReads,
  ...brokenScans,
  ...brokenDerivatives,
  ...brokenTexts,
  ...brokenAccounts,
  ...brokenRanks,
})

/** M46 asks the database for its plans: the store on SQLite has a test for it. */
const ELSEWHERE = ['M46']

function failedBy({ make }: Pick<BrokenStore, 'make'>, only?: readonly string[]): Promise<string[]> {
  const harness = {
    name: 'broken',
    async create(kinds: Parameters<ReturnType<typeof make>['open']>[0]) {
      const store = make()
      await store.open(kinds)
      return { store, close: () => store.close() }
    },
  }
  return failedRows(runner => metadataConformance(harness, runner), only)
}

test.each(BROKEN)(
  'a store that %s fails',
  async (_name, store) => {
    expect(await failedBy(store, store.rows)).toEqual(store.rows)
  },
  60_000,
)

test('every row catches one of them', async () => {
  const rows: string[] = []
  await failedRows(runner =>
    metadataConformance(
      { name: 'none', create: async () => Promise.reject(new Error('only for the names')) },
      {
        ...runner,
        it: name => rows.push(name.split(' ')[0] ?? ''),
      },
    ),
  )
  expect(rows).toEqual(Array.from({ length: 63 }, (_, i) => `M${i + 1}`))
  const caught = new Set([...BROKEN.flatMap(([, store]) => store.rows), ...ELSEWHERE])
  expect(rows.filter(row => !caught.has(row))).toEqual([])
})

test('a store that keeps the contract fails nothing', async () => {
  expect(await failedBy({ make: memoryMetadata })).toEqual([])
}, 60_000)
