import { expect, test, vi } from 'vitest'
import { brokenPolicies } from '../../../test/broken-policies/policies.ts'
import { brokenPlaces } from '../../../test/broken-policies/services.ts'
import { failedRows } from '../../../test/failed-rows.ts'
import type { PolicyHarness } from './harness.ts'
import { policyConformance } from './suite.ts'

vi.setConfig({ testTimeout: 120_000 })

const SEED = 7

const failedBy = (harness: Omit<PolicyHarness, 'name'>, only?: readonly string[]) =>
  failedRows(runner => policyConformance({ name: 'broken', seed: SEED, runs: 60, ...harness }, runner), only)

test.each(Object.entries(brokenPolicies))('a policy that %s fails', async (_name, { policy, rows }) => {
  expect(await failedBy({ policy }, rows)).toEqual(rows)
})

test.each(Object.entries(brokenPlaces))('a service or store that %s fails', async (_name, { rows, ...harness }) => {
  expect(await failedBy(harness, rows)).toEqual(rows)
})

test('every row catches one of them', async () => {
  const names: string[] = []
  policyConformance(
    { name: 'only for the names' },
    {
      describe: (_name, define) => define(),
      it: name => names.push(name.split(' ')[0] ?? ''),
    },
  )
  expect(names).toEqual(Array.from({ length: 15 }, (_, i) => `P${i + 1}`))
  const caught = new Set([...Object.values(brokenPolicies), ...Object.values(brokenPlaces)].flatMap(({ rows }) => rows))
  expect(names.filter(name => !caught.has(name))).toEqual([])
})
