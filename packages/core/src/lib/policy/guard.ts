import type { Action, Actor, Space } from '../contracts/actor.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { Filter } from '../contracts/filter.ts'
import type { Clock, Logger } from '../contracts/runtime.ts'
import { within } from '../runtime/within.ts'
import { type Compilation, compileRule } from './compile.ts'
import { ALL, matches, NONE } from './filters.ts'
import type { Policy } from './rule.ts'

export interface GuardDeps {
  readonly clock: Clock
  readonly logger: Logger
  /** How long a role lookup or a custom rule may take. */
  readonly policyTimeoutMs: number
}

/** Decides for one actor in one space, each question once. */
export interface Guard {
  /** What the actor may do `action` on, as a filter. Does not throw for "nothing": that is the filter `none`. */
  filter(action: Action): Promise<Filter>
  /** Throws unless the actor might do `action` on something here. */
  allow(action: Action): Promise<void>
  /** Throws unless the actor may do `action` on this record. */
  allowOn(action: Action, record: AssetRecord): Promise<void>
}

/** A guard that lets everything through, for trusted code. */
export const unguarded: Guard = {
  filter: () => Promise.resolve(ALL),
  allow: () => Promise.resolve(),
  allowOn: () => Promise.resolve(),
}

export function createGuard(deps: GuardDeps, policy: Policy, actor: Actor | null, space: Space | null): Guard {
  let role: Promise<string | null> | undefined
  const remembered = new Map<string, Promise<Filter>>()

  const ask: Compilation['ask'] = (name, call) =>
    within(deps.clock, deps.policyTimeoutMs, `Policy rule ${name}`, Promise.resolve().then(call))

  const compile = async (action: Action, extra: Pick<Compilation, 'record' | 'ignoreScopes'>): Promise<Filter> => {
    const rule = policy.rules[action]
    if (!rule) return NONE
    const lookUp = (): Promise<string | null> => {
      role ??=
        actor === null || !space?.roleOf
          ? Promise.resolve(null)
          : ask('roleOf', async () => (await space.roleOf?.(actor)) ?? null)
      return role
    }
    try {
      return await compileRule(rule, { context: { actor, action, space }, role: lookUp, ask, ...extra })
    } catch (error) {
      if (isStowageError(error, 'invalid_request')) throw error
      deps.logger.error('A policy rule failed, so access was denied.', { action, space: space?.id, error })
      return NONE
    }
  }

  const filter = (action: Action, ignoreScopes = false): Promise<Filter> => {
    const name = `${action}:${ignoreScopes}`
    const found = remembered.get(name) ?? compile(action, ignoreScopes ? { ignoreScopes } : {})
    remembered.set(name, found)
    return found
  }

  const decide = async (action: Action, record: AssetRecord, ignoreScopes = false): Promise<boolean> =>
    matches(await compile(action, ignoreScopes ? { record, ignoreScopes } : { record }), record)

  const refuse = async (action: Action, lacksScope: boolean, visible: boolean): Promise<never> => {
    if (actor === null) throw new StowageError('unauthenticated', 'Sign in, or send a credential: this needs a known user.')
    if (lacksScope)
      throw new StowageError('forbidden', `The credential lacks the scope to ${action} here.`, {
        details: { reason: 'insufficient_scope' },
      })
    if (visible) throw new StowageError('forbidden', `You may not ${action} here.`)
    throw notFound()
  }

  return {
    filter,
    async allow(action) {
      if ((await filter(action)).op !== 'none') return
      const lacksScope = (await filter(action, true)).op !== 'none'
      await refuse(action, lacksScope, (await mayList(filter)) || (await filter('read', true)).op !== 'none')
    },
    async allowOn(action, record) {
      if (await decide(action, record)) return
      if (!(await decide('read', record, true))) throw notFound()
      await refuse(action, await decide(action, record, true), true)
    },
  }
}

async function mayList(filter: (action: Action, ignoreScopes: boolean) => Promise<Filter>): Promise<boolean> {
  try {
    return (await filter('list', true)).op !== 'none'
  } catch (error) {
    // A list across spaces may be refused where this single question is not.
    if (isStowageError(error, 'invalid_request')) return false
    throw error
  }
}

export function notFound(): StowageError {
  return new StowageError('not_found', 'There is no such asset.')
}
