import { anyOf, customRule, everyone, isPublic, ownerOnly, roleBased, type Space, withScopes } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import fc from 'fast-check'
import { describe, expect, it, test, vi } from 'vitest'
import type { TestRunner } from '../storage/conformance/harness.ts'
import { withMetadataFaults } from '../storage/faults/with-faults.ts'
import type { PolicyHarness } from './harness.ts'
import { policyConformance } from './suite.ts'

vi.setConfig({ testTimeout: 120_000 })

const runner = { describe, it }
const sqlite = () => sqliteMetadata({ file: ':memory:' })

policyConformance({ name: 'generated policies, memory', seed: 1, runs: 40 }, runner)
policyConformance(
  {
    name: 'generated policies, sqlite in a wrapper without faults',
    seed: 2,
    runs: 12,
    metadata: () => withMetadataFaults(sqlite()),
  },
  runner,
)

const teams = withScopes(
  roleBased(
    { viewer: ['list', 'read'], editor: ['create', 'update'] },
    {
      delete: anyOf(
        isPublic(),
        customRule('no', () => false),
      ),
    },
  ),
  { read: 'teams:read', write: 'teams:write' },
)
const team: fc.Arbitrary<Space> = fc
  .constantFrom(null, 'viewer', 'editor')
  .chain(role => fc.constantFrom('north', 'south').map(id => ({ id, roleOf: async () => role })))

policyConformance({ name: 'teams, sqlite', policy: teams, spaces: team, metadata: sqlite, seed: 3, runs: 8 }, runner)
policyConformance({ name: 'ownerOnly', policy: ownerOnly({ read: 'public' }), seed: 4, runs: 15 }, runner)

/** Rows by their id, and the name of their suite. */
function rowsOf(harness: PolicyHarness) {
  const rows = new Map<string, Parameters<TestRunner['it']>[1]>()
  let suite = ''
  policyConformance(harness, {
    describe(name, define) {
      suite = name
      define()
    },
    it: (name, run) => rows.set(name.split(' ')[0] ?? '', run),
  })
  return { rows, suite }
}

/** The message that a row fails with, or the reason that it is skipped for. */
async function outcomeOf(harness: PolicyHarness, id: string): Promise<string> {
  let skipped = ''
  const skip = (reason = '') => {
    skipped = reason
  }
  const run = rowsOf(harness).rows.get(id)
  if (!run) throw new Error(`There is no row ${id}.`)
  return run({ skip }).then(
    () => skipped,
    (error: Error) => error.message,
  )
}

const isPart = (part: unknown) => part === 'x'
const leaky = {
  rules: {
    list: customRule(
      'part',
      ({ asset }) => isPart(asset?.fields.part),
      () => ({ op: 'in', column: { field: 'part' }, values: ['x', 'X'] }),
    ),
  },
}

test('a row that fails says its seed, and what to give to see the same world again', async () => {
  const harness = { name: 'leaky', policy: leaky, seed: 42 }
  expect(rowsOf(harness).suite).toBe('policy conformance: leaky, seed 42')
  const message = await outcomeOf(harness, 'P2')
  const [, replay] = message.match(/`replay: (.*)`/) ?? []
  if (!replay) throw new Error(message)
  const again = { ...harness, seed: 1, replay: JSON.parse(replay) as NonNullable<PolicyHarness['replay']> }
  expect(again.replay).toMatchObject({ row: 'P2', seed: 42 })
  const replayed = await outcomeOf(again, 'P2')
  const firstLine = (text: string) => text.split('\n')[0]
  expect(firstLine(replayed)).toBe(firstLine(message))
  expect(replayed).toContain('after 1 tests')
  expect(await outcomeOf(again, 'P1')).toBe('only P2 is replayed')
})

test('without a seed, another one is taken each time, and stands in the name', () => {
  const names = [1, 2, 3].map(() => rowsOf({ name: 'any' }).suite)
  expect(new Set(names).size).toBe(3)
})

test('lists that are meant to differ from what may be read are not held against it, and the reason is given', async () => {
  const harness = { name: 'index', policy: { rules: { list: everyone, read: isPublic() } }, seed: 5 }
  expect(await outcomeOf(harness, 'P6')).toContain('listed, instead of readable')
  expect(await outcomeOf({ ...harness, listDiffersFromRead: 'the index is open' }, 'P6')).toBe('the index is open')
})

test('assets, actors and spaces of a user’s own are what the policy is tried on', async () => {
  const harness = { name: 'own', policy: leaky, seed: 6 }
  const tame = fc.record({ fields: fc.constant({ part: 'x' }) })
  expect(await outcomeOf(harness, 'P2')).toContain('the list of')
  expect(await outcomeOf({ ...harness, assets: tame }, 'P2')).toBe('')
  const named = { actors: fc.constant({ id: 'me' }), spaces: fc.constant({ id: 'mine' }) }
  expect(await outcomeOf({ ...harness, ...named }, 'P2')).toContain('the list of me in space mine')
})
