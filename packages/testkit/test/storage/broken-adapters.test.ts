import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/index.ts'
import { failedRows, fixtureOf } from './broken.ts'
import { brokenClaims, brokenErrors, brokenMultipart } from './broken-claims-and-errors.ts'
import { brokenKeys, brokenPuts } from './broken-keys-and-puts.ts'
import { brokenCopies, brokenLists } from './broken-lists-and-copies.ts'
import { brokenAttributes, brokenReads } from './broken-reads.ts'
import { brokenSigners, signing } from './broken-signers.ts'

const LIMIT_MS = 120_000
const adapters = [
  ...brokenKeys,
  ...brokenPuts,
  ...brokenReads,
  ...brokenAttributes,
  ...brokenLists,
  ...brokenCopies,
  ...brokenSigners,
  ...brokenErrors,
  ...brokenClaims,
  ...brokenMultipart,
]

describe('the storage suite', () => {
  it.each(adapters.map(({ what, rows, create }) => [what, rows.join(', '), rows, create] as const))(
    'catches an adapter that %s: %s',
    async (_what, _names, rows, create) => {
      expect((await failedRows(create, rows)).sort()).toEqual([...rows].sort())
    },
    LIMIT_MS,
  )

  it('has a broken adapter for each of its rows', () => {
    const caught = new Set(adapters.flatMap(({ rows }) => rows))
    const all = Array.from({ length: 70 }, (_, i) => `S${i + 1}`)
    expect(all.filter(row => !caught.has(row))).toEqual([])
  })

  it(
    'finds nothing wrong with adapters that keep the contract',
    async () => {
      expect(await failedRows(async () => fixtureOf(memoryStorage()), undefined, LIMIT_MS)).toEqual([])
      expect(await failedRows(signing, ['S62', 'S63', 'S64', 'S65'], LIMIT_MS)).toEqual([])
    },
    LIMIT_MS,
  )
})
