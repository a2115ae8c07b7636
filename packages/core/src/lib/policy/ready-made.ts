import type { Action } from '../contracts/actor.ts'
import type { Policy, Rule } from './rule.ts'
import { allOf, anyOf, everyone, hasRole, isPublic, owner, requireScopes } from './rules.ts'

const ACTIONS: readonly Action[] = ['list', 'read', 'create', 'update', 'delete']
const READING: ReadonlySet<Action> = new Set(['list', 'read'])

export interface OwnerOnlyOptions {
  /** Who may list and read: `owner` (default), `public` (the owner, and anyone what is public), or `anyone`. */
  readonly read?: 'owner' | 'public' | 'anyone'
  /** Scopes a credential needs for reading what is not open to anyone, and for writing. Default: none. */
  readonly scopes?: { readonly read?: string; readonly write?: string }
  /** Who else may do all that the owner may, with the same scopes, such as `hasRole('admin')`. Default: nobody. */
  readonly also?: Rule
}

/**
 * The owner does everything: the owner of the space, or each asset's creator where there are no spaces.
 */
export function ownerOnly(options: OwnerOnlyOptions = {}): Policy {
  const { read = 'owner', scopes = {}, also } = options
  const owners = also === undefined ? owner() : anyOf(owner(), also)
  const ownerReads = scoped(owners, scopes.read)
  const reading = read === 'anyone' ? everyone : read === 'public' ? anyOf(isPublic(), ownerReads) : ownerReads
  const writing = scoped(owners, scopes.write)
  return { rules: { list: reading, read: reading, create: writing, update: writing, delete: writing } }
}

/**
 * Roles from weakest to strongest, each with the actions it adds: a role may do what those before it may.
 * @param overrides rules that replace the one from the roles, per action: `{ delete: anyOf(creator(), hasRole('admin')) }`
 */
export function roleBased(roles: Readonly<Record<string, readonly Action[]>>, overrides: Policy['rules'] = {}): Policy {
  const names = Object.keys(roles)
  const rules: Partial<Record<Action, Rule>> = {}
  for (const action of ACTIONS) {
    const first = names.findIndex(name => roles[name]?.includes(action))
    if (first >= 0) rules[action] = hasRole(...names.slice(first))
  }
  return { rules: { ...rules, ...overrides } }
}

/** The same policy, for credentials that have `read` for listing and reading, `write` for everything else. */
export function withScopes(policy: Policy, scopes: { readonly read?: string; readonly write?: string }): Policy {
  const entries = Object.entries(policy.rules) as [Action, Rule][]
  return {
    rules: Object.fromEntries(
      entries.map(([action, rule]) => [action, scoped(rule, READING.has(action) ? scopes.read : scopes.write)]),
    ),
  }
}

function scoped(rule: Rule, scope: string | undefined): Rule {
  return scope === undefined ? rule : allOf(requireScopes(scope), rule)
}
