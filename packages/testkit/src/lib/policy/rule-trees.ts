import {
  type Action,
  allOf,
  anyOf,
  authenticated,
  creator,
  customRule,
  everyone,
  hasRole,
  isPublic,
  nobody,
  not,
  owner,
  ownerOnly,
  type Policy,
  type Rule,
  requireScopes,
  roleBased,
  spaceOwner,
  withScopes,
} from '@stowage/core'
import fc, { type Arbitrary } from 'fast-check'

export const ACTIONS: readonly Action[] = ['list', 'read', 'create', 'update', 'delete']
export const SCOPES = ['scope-a', 'scope-b'] as const
export const ROLES = ['viewer', 'editor'] as const

/** Conditions of a user's own, each said twice: as a test and as a filter. */
const CUSTOM: readonly Rule[] = [
  customRule(
    'image',
    ({ asset }) => asset?.type === 'image',
    () => ({ op: 'eq', column: 'type', value: 'image' }),
  ),
  customRule(
    'tagged',
    ({ asset }) => asset?.tags.includes('a') ?? false,
    () => ({ op: 'tags', match: 'any', tags: ['a'] }),
  ),
  customRule(
    'has a creator',
    ({ asset }) => asset?.createdBy !== null,
    () => ({ op: 'not', filter: { op: 'isNull', column: 'createdBy' } }),
  ),
  customRule(
    'part',
    ({ asset }) => asset?.fields.part === 'x' || asset?.fields.part === 'ß',
    async () => ({ op: 'in', column: { field: 'part' }, values: ['x', 'ß'] }),
  ),
  customRule(
    'score',
    async ({ asset }) => typeof asset?.fields.score === 'number' && asset.fields.score > 0,
    () => ({ op: 'gt', column: { field: 'score' }, value: 0 }),
  ),
  customRule(
    'edits',
    ({ role }) => role === 'editor',
    ({ role }) => ({ op: role === 'editor' ? 'all' : 'none' }),
  ),
]

const scopes = fc.subarray([...SCOPES], { minLength: 1 })
const leaf: Arbitrary<Rule> = fc.oneof(
  fc.constantFrom<Rule[]>(isPublic(), creator(), owner(), spaceOwner()),
  fc.constantFrom<Rule[]>(everyone, nobody, authenticated),
  fc.subarray([...ROLES], { minLength: 1 }).map(roles => hasRole(...roles)),
  scopes.map(names => requireScopes(...names)),
  fc.constantFrom(...CUSTOM),
)

const { rule } = fc.letrec<{ rule: Rule }>(tie => ({
  rule: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('rule'), { maxLength: 3 }).map(rules => anyOf(...rules)),
    fc.array(tie('rule'), { maxLength: 3 }).map(rules => allOf(...rules)),
    tie('rule').map(not),
  ),
}))

const rulesOf = (given: Partial<Record<Action, Rule>>): Policy => ({
  rules: Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined)),
})
const maybe = fc.option(rule, { freq: 6, nil: undefined })
const actionSets = fc.subarray([...ACTIONS])

/** Policies of every form: one rule for all, one for each action, some actions without, and the ready-made ones. */
export const policies: Arbitrary<Policy> = fc.oneof(
  fc.tuple(rule, fc.subarray([...ACTIONS], { minLength: 3 })).map(([one, actions]) => ({
    rules: Object.fromEntries(actions.map(action => [action, one])),
  })),
  fc.tuple(rule, maybe, maybe, maybe).map(([reading, create, update, remove]) =>
    rulesOf({
      list: reading,
      read: reading,
      ...(create && { create }),
      ...(update && { update }),
      ...(remove && { delete: remove }),
    }),
  ),
  fc.dictionary(fc.constantFrom(...ACTIONS), rule).map(rules => rulesOf(rules)),
  fc.constantFrom('owner', 'public', 'anyone').map(read => ownerOnly({ read, scopes: { read: 'scope-a', write: 'scope-b' } })),
  fc
    .tuple(actionSets, actionSets, rule)
    .map(([weak, strong, remove]) =>
      withScopes(roleBased({ viewer: weak, editor: strong }, { delete: remove }), { read: 'scope-a', write: 'scope-b' }),
    ),
)

/** Every rule in a tree. */
export function rulesIn(root: Rule): readonly Rule[] {
  if (root.rule === 'anyOf' || root.rule === 'allOf') return [root, ...root.rules.flatMap(rulesIn)]
  return root.rule === 'not' ? [root, ...rulesIn(root.of)] : [root]
}

/** The same tree with every rule exchanged that `change` has another for. */
export function exchanged(root: Rule, change: (rule: Rule) => Rule | null): Rule {
  const other = change(root)
  if (other) return other
  if (root.rule === 'not') return { rule: 'not', of: exchanged(root.of, change) }
  if (root.rule !== 'anyOf' && root.rule !== 'allOf') return root
  return { rule: root.rule, rules: root.rules.map(one => exchanged(one, change)) }
}

/** Scopes and roles that a policy's rules name. */
export function namesIn(policy: Policy): { readonly scopes: readonly string[]; readonly roles: readonly string[] } {
  const all = Object.values(policy.rules).flatMap(rulesIn)
  return {
    scopes: [...new Set(all.flatMap(one => (one.rule === 'requireScopes' ? one.scopes : [])))],
    roles: [...new Set(all.flatMap(one => (one.rule === 'hasRole' ? one.roles : [])))],
  }
}
