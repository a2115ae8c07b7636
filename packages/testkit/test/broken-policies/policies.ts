import {
  type Action,
  allOf,
  anyOf,
  creator,
  customRule,
  everyone,
  isPublic,
  type Policy,
  type Rule,
  type RuleContext,
  requireScopes,
} from '@stowage/core'
import type { Filter } from '@stowage/core/contracts'

const forAll = (rule: Rule): Policy => {
  const actions: readonly Action[] = ['list', 'read', 'create', 'update', 'delete']
  return { rules: Object.fromEntries(actions.map(action => [action, rule])) }
}
const images: Filter = { op: 'eq', column: 'type', value: 'image' }
const isImage = ({ asset }: RuleContext): boolean => asset === undefined || asset.type === 'image'
const custom = (test: (context: RuleContext) => unknown, filter?: (context: RuleContext) => unknown): Policy =>
  forAll(customRule('own', test as () => boolean, filter as (() => Filter) | undefined))

export interface BrokenPolicy {
  readonly policy: Policy
  /** Rows that must catch it. */
  readonly rows: readonly string[]
}
const caught = (rows: string, policy: Policy): BrokenPolicy => ({ policy, rows: rows.split(' ') })

/** Policies whose parts do not say the same. */
export const brokenPolicies: Readonly<Record<string, BrokenPolicy>> = {
  'lists everything under a narrower rule': caught(
    'P2 P3',
    custom(isImage, () => ({ op: 'all' })),
  ),
  'lists less than it lets through': caught(
    'P2 P3 P6',
    custom(isImage, () => ({ op: 'and', filters: [images, { op: 'eq', column: 'visibility', value: 'public' }] })),
  ),
  'has a test without a filter': caught('P1 P6', custom(isImage)),
  'has a filter that goes by the case of a tag, where its test does not': caught(
    'P2',
    custom(
      ({ asset }) => asset?.tags.some(tag => tag.toLowerCase() === 'a') ?? true,
      () => ({ op: 'tags', match: 'any', tags: ['a'] }),
    ),
  ),
  'forgets in its filter that there is no creator': caught(
    'P2',
    custom(
      ({ asset, actor }) => asset !== undefined && actor !== null && asset.createdBy !== null && asset.createdBy !== actor.id,
      ({ actor }) =>
        actor === null ? { op: 'none' } : { op: 'not', filter: { op: 'eq', column: 'createdBy', value: actor.id } },
    ),
  ),
  'lists for anyone what it shows to its creator': caught(
    'P2',
    custom(
      ({ asset, actor }) => asset?.createdBy === (actor?.id ?? 'nobody'),
      () => ({ op: 'not', filter: { op: 'isNull', column: 'createdBy' } }),
    ),
  ),
  'answers with what is true, not with true': caught(
    'P2',
    custom(
      ({ actor }) => actor?.id,
      ({ actor }) => ({ op: actor ? 'all' : 'none' }),
    ),
  ),
  'filters by a field that the kind has not': caught(
    'P2 P3 P4',
    custom(
      () => true,
      () => ({ op: 'eq', column: { field: 'undeclared' }, value: 1 }),
    ),
  ),
  'lists what may not be read': caught('P6', { rules: { list: everyone, read: anyOf(isPublic(), creator()) } }),
  'reads without a scope what is listed with one': caught('P6', {
    rules: { list: allOf(isPublic(), requireScopes('s')), read: isPublic() },
  }),
  'filters for another action than it decides': caught(
    'P2',
    custom(
      ({ action, asset }) => action !== 'list' || asset?.visibility === 'public',
      () => ({ op: 'all' }),
    ),
  ),
}
