import type { Actor, AssetRecord, Policy, Space } from '@stowage/core'
import fc, { type Arbitrary } from 'fast-check'
import type { PolicyHarness } from './harness.ts'
import { namesIn, policies, ROLES, SCOPES } from './rule-trees.ts'

/** One asset to be: where it lies, of which kind, and what rules may look at. */
export interface AssetPlan {
  /** Index into the spaces; one more than the last means no space. */
  readonly place: number
  readonly kind: 'first' | 'second'
  readonly state: AssetRecord['state']
  /** Index into the actors. */
  readonly madeBy: number
  readonly columns: Partial<AssetRecord>
}

/** A policy, those it is for, and what there is. */
export interface World {
  readonly policy: Policy
  /** The first one asks. */
  readonly actors: readonly (Actor | null)[]
  readonly spaces: readonly Space[]
  readonly assets: readonly AssetPlan[]
}

const IDS = ['ann', 'bob', 'cyd', "o'neil", 'ÅNN']
const SPACE_IDS = ['space-1', 'space-2', 'Space-1', '%', "'"]

function actorsFor(scopes: readonly string[]): Arbitrary<Actor | null> {
  const known = fc.record({ id: fc.constantFrom(...IDS), scopes: fc.subarray([...scopes, 'another']) }, { requiredKeys: ['id'] })
  return fc.option(known, { freq: 5 })
}

function spacesFor(roles: readonly string[]): Arbitrary<Space> {
  const role = fc.constantFrom(...roles, 'stranger')
  const data = fc.record(
    { id: fc.constantFrom(...SPACE_IDS), ownerId: fc.constantFrom(...IDS), roles: fc.dictionary(fc.constantFrom(...IDS), role) },
    { requiredKeys: ['id', 'roles'] },
  )
  return data.map(given => ({
    ...given,
    roleOf: ({ id }) => (Object.hasOwn(given.roles, id) ? (given.roles[id] ?? null) : null),
  }))
}

const columns: Arbitrary<Partial<AssetRecord>> = fc.record(
  {
    visibility: fc.constantFrom('public', 'private'),
    type: fc.constantFrom('image', 'pdf', 'file'),
    tags: fc.subarray(['a', 'A', 'b']),
    fields: fc.record({ part: fc.constantFrom('x', 'X', 'ß', ''), score: fc.constantFrom(-1, 0, 0.5, 2) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
)

/** The worlds that a harness speaks of. */
export function worldsOf(harness: PolicyHarness): Arbitrary<World> {
  const { policy } = harness
  const { scopes, roles } = policy ? namesIn(policy) : { scopes: SCOPES, roles: ROLES }
  const plain = harness.fields ? columns.map(({ fields: _fields, ...rest }) => rest) : columns
  return fc.record({
    policy: policy ? fc.constant(policy) : policies,
    actors: fc.array(harness.actors ?? actorsFor(scopes), { minLength: 1, maxLength: 4 }),
    spaces: fc.uniqueArray(harness.spaces ?? spacesFor(roles), { minLength: 1, maxLength: 3, selector: ({ id }) => id }),
    assets: fc.array(
      fc.record({
        place: fc.nat(3),
        kind: fc.constantFrom('first', 'first', 'first', 'second'),
        state: fc.constantFrom('ready', 'ready', 'ready', 'ready', 'ready', 'uploading', 'failed', 'deleting'),
        madeBy: fc.nat(3),
        columns: harness.assets ?? plain,
      }),
      { maxLength: 10 },
    ),
  })
}
