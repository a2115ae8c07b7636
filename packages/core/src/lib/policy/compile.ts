import type { AssetRecord } from '../contracts/asset.ts'
import { StowageError } from '../contracts/errors.ts'
import type { Filter } from '../contracts/filter.ts'
import { ALL, and, complement, eq, NONE, or } from './filters.ts'
import { isPolicyFilter } from './is-filter.ts'
import type { Rule, RuleContext } from './rule.ts'

/** A rule could not be asked. Whoever catches it denies. */
class PolicyFailure extends Error {
  override readonly name = 'PolicyFailure'
}

export interface Compilation {
  readonly context: Omit<RuleContext, 'asset' | 'role'>
  /** Asked at most once, and only by rules that need it. */
  readonly role: () => Promise<string | null>
  /** Calls a custom rule's function under the time limit. */
  readonly ask: <T>(name: string, call: () => T | Promise<T>) => Promise<T>
  /** Set where the question is about one record. */
  readonly record?: AssetRecord
  /** Takes every scope as given, to tell a missing scope from a missing right. */
  readonly ignoreScopes?: boolean
}

/**
 * What `rule` lets through, as a filter over the kind's assets. Decisions are this filter held against the record, so a list and a
 * download can't disagree.
 */
export async function compileRule(rule: Rule, on: Compilation): Promise<Filter> {
  switch (rule.rule) {
    case 'anyOf':
      return or(...(await compileAll(rule.rules, on)))
    case 'allOf':
      return and(...(await compileAll(rule.rules, on)))
    case 'not':
      return complement(await compileRule(rule.of, on))
    case 'hasRole':
      return compileRole(rule.roles, on)
    case 'custom':
      return compileCustom(rule, on)
    default:
      return compilePlain(rule, on)
  }
}

async function compileAll(rules: readonly Rule[], on: Compilation): Promise<Filter[]> {
  const filters: Filter[] = []
  for (const rule of rules) filters.push(await compileRule(rule, on))
  return filters
}

type PlainRule = Exclude<Rule, { rule: 'anyOf' | 'allOf' | 'not' | 'hasRole' | 'custom' }>

function compilePlain(rule: PlainRule, on: Compilation): Filter {
  const { actor, action, space } = on.context
  const only = (holds: boolean): Filter => (holds ? ALL : NONE)
  const byCreator = actor === null ? NONE : action === 'create' ? ALL : eq('createdBy', actor.id)
  switch (rule.rule) {
    case 'everyone':
      return ALL
    case 'nobody':
      return NONE
    case 'authenticated':
      return only(actor !== null)
    case 'isPublic':
      return eq('visibility', 'public')
    case 'creator':
      return byCreator
    case 'spaceOwner':
      return only(actor !== null && ownerOf(space, rule.rule, action) === actor.id)
    case 'owner':
      // Without its space loaded, an asset of a space has no known owner: only those of no space are the creator's.
      if (space === null) return and(eq('space', ''), byCreator)
      return space.ownerId === undefined ? byCreator : only(actor !== null && space.ownerId === actor.id)
    case 'requireScopes':
      return only(
        actor !== null && (on.ignoreScopes === true || rule.scopes.every(scope => actor.scopes?.includes(scope) ?? true)),
      )
    default:
      throw new PolicyFailure(`No such rule: ${JSON.stringify(rule)}`)
  }
}

function ownerOf(space: RuleContext['space'], rule: string, action: string): string | undefined {
  if (space === null && action === 'list') throw needsSpace(rule)
  return space?.ownerId
}

async function compileRole(roles: readonly string[], on: Compilation): Promise<Filter> {
  const { actor, space, action } = on.context
  if (space === null && action === 'list') throw needsSpace('hasRole')
  if (actor === null || space === null) return NONE
  const role = await on.role()
  return role !== null && roles.includes(role) ? ALL : NONE
}

function needsSpace(rule: string): StowageError {
  return new StowageError('invalid_request', `A list across spaces can't use the rule ${rule}: name a space, or a set of spaces.`)
}

async function compileCustom(rule: Extract<Rule, { rule: 'custom' }>, on: Compilation): Promise<Filter> {
  const role = await on.role()
  const context: RuleContext = { ...on.context, role, ...(on.record ? { asset: on.record } : {}) }
  if (on.record === undefined && on.context.action !== 'create') {
    const { filter } = rule
    if (filter) return checked(rule.name, await on.ask(rule.name, () => filter(context)))
    if (on.context.action === 'list') throw new PolicyFailure(`Rule ${rule.name} has no filter, so no list can be made under it.`)
    // Before the record is loaded nothing is decided: the rule is asked again with the record.
    return eq('space', on.context.space?.id ?? '')
  }
  const answer = await on.ask(rule.name, () => rule.test(context))
  if (typeof answer !== 'boolean') throw new PolicyFailure(`Rule ${rule.name} answered ${typeof answer}, not a boolean.`)
  return answer ? ALL : NONE
}

// What is no filter would hold for nothing, and its opposite for everything.
function checked(rule: string, answer: unknown): Filter {
  if (isPolicyFilter(answer)) return answer
  throw new PolicyFailure(`Rule ${rule} answered no filter that a policy may use.`)
}
