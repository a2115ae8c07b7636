import { type Action, allOf, anyOf, customRule, everyone, not, type Policy, type Rule } from '@stowage/core'
import { ACTIONS, exchanged } from '../rule-trees.ts'

const forever = () => new Promise<never>(() => undefined)

/** What a rule must not do. */
export const FAILURES: Readonly<Record<string, () => unknown>> = {
  throws() {
    throw new Error('A rule that throws.')
  },
  rejects: async () => Promise.reject(new Error('A rule that rejects.')),
  hangs: forever,
  'answers nothing': () => undefined,
  'answers nothing, late': async () => undefined,
  'answers null': () => null,
  'answers a number': () => 1,
  'answers a text': () => 'yes',
  'answers an object': () => ({ op: 'everything' }),
}

const failing = (name: string, fail: () => unknown): Rule => customRule(name, fail as () => boolean, fail as () => { op: 'all' })

type Place = (rule: Rule, bad: Rule) => Rule

/** Where it stands; the last puts it in the place of the policy's own custom rules. */
const PLACES: readonly Place[] = [
  (_rule, bad) => bad,
  (rule, bad) => anyOf(rule, bad),
  (_rule, bad) => anyOf(bad, everyone),
  (rule, bad) => allOf(not(bad), rule),
  (_rule, bad) => not(bad),
  (rule, bad) =>
    anyOf(
      everyone,
      exchanged(rule, one => (one.rule === 'custom' ? bad : null)),
      bad,
    ),
]

/** The policy with a failing rule in each of its actions, each time in another place. */
export function sabotaged(policy: Policy, failure: string, turn: number): Policy {
  const bad = failing(failure, FAILURES[failure] ?? forever)
  const rules = ACTIONS.map((action, i): [Action, Rule] => {
    const place = PLACES[(turn + i) % PLACES.length] ?? ((_rule, rule) => rule)
    return [action, place(policy.rules[action] ?? everyone, bad)]
  })
  return { rules: Object.fromEntries(rules) }
}
