import type { Action, Actor, AssetRecord, Policy, Rule, Space } from '@stowage/core'
import { rulesIn } from './rule-trees.ts'

/** A question about one asset. */
export interface Question {
  readonly actor: Actor | null
  readonly action: Action
  readonly space: Space | null
  readonly asset: AssetRecord
}

interface Answering extends Question {
  readonly role: string | null
}

/** Whether a list under the rule needs to know the space. No space is anonymous's own: that is known without. */
export function needsSpace(rule: Rule | undefined, actor: Actor | null): boolean {
  const needs = (one: Rule): boolean => one.rule === 'hasRole' || (one.rule === 'spaceOwner' && actor !== null)
  return rule !== undefined && rulesIn(rule).some(needs)
}

/** What the policy's words say of one asset, rule by rule, without any filter: what everything else is held against. */
export async function mayDo(policy: Policy, question: Question): Promise<boolean> {
  const { actor, action, space } = question
  const rule = policy.rules[action]
  if (!rule || (action === 'list' && space === null && needsSpace(rule, actor))) return false
  try {
    const role = actor === null ? null : ((await space?.roleOf?.(actor)) ?? null)
    return await holds(rule, { ...question, role })
  } catch {
    // A rule that can't be asked denies.
    return false
  }
}

async function holds(rule: Rule, on: Answering): Promise<boolean> {
  switch (rule.rule) {
    case 'anyOf':
      return (await all(rule.rules, on)).includes(true)
    case 'allOf':
      return !(await all(rule.rules, on)).includes(false)
    case 'not':
      return !(await holds(rule.of, on))
    case 'custom': {
      const answer: unknown = await rule.test(on)
      if (typeof answer !== 'boolean') throw new TypeError(`Rule ${rule.name} answered no boolean.`)
      return answer
    }
    default:
      return holdsPlainly(rule, on)
  }
}

async function all(rules: readonly Rule[], on: Answering): Promise<boolean[]> {
  const answers: boolean[] = []
  for (const rule of rules) answers.push(await holds(rule, on))
  return answers
}

type PlainRule = Exclude<Rule, { rule: 'anyOf' | 'allOf' | 'not' | 'custom' }>

function holdsPlainly(rule: PlainRule, { actor, space, asset, role }: Answering): boolean {
  if (rule.rule === 'everyone') return true
  if (rule.rule === 'isPublic') return asset.visibility === 'public'
  // All others are about someone.
  if (actor === null) return false
  const made = asset.createdBy === actor.id
  switch (rule.rule) {
    case 'authenticated':
      return true
    case 'creator':
      return made
    case 'spaceOwner':
      return space?.ownerId === actor.id
    case 'owner':
      if (space === null) return made && asset.space === ''
      return space.ownerId === undefined ? made : space.ownerId === actor.id
    case 'hasRole':
      return role !== null && rule.roles.includes(role)
    case 'requireScopes':
      return actor.scopes === undefined || rule.scopes.every(scope => actor.scopes?.includes(scope))
    default:
      return false
  }
}
