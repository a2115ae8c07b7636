import type { Action, Actor, Space } from '../contracts/actor.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import type { Filter } from '../contracts/filter.ts'

/** What a custom rule may look at. `asset` is absent where the question is about the space: list and create. */
export interface RuleContext {
  readonly actor: Actor | null
  readonly action: Action
  readonly space: Space | null
  readonly role: string | null
  readonly asset?: Pick<AssetRecord, 'id' | 'kind' | 'space' | 'createdBy' | 'visibility' | 'type' | 'state' | 'tags' | 'fields'>
}

/** One condition, as data: it gives both a decision on one asset and the filter of a list. */
export type Rule =
  | { readonly rule: 'everyone' | 'nobody' | 'authenticated' | 'isPublic' | 'creator' | 'spaceOwner' | 'owner' }
  | { readonly rule: 'hasRole'; readonly roles: readonly string[] }
  | { readonly rule: 'requireScopes'; readonly scopes: readonly string[] }
  | { readonly rule: 'anyOf' | 'allOf'; readonly rules: readonly Rule[] }
  | { readonly rule: 'not'; readonly of: Rule }
  /** `filter` makes the same rule usable in lists; without it, lists under this rule are refused. */
  | {
      readonly rule: 'custom'
      readonly name: string
      readonly test: (context: RuleContext) => boolean | Promise<boolean>
      readonly filter?: (context: RuleContext) => Filter | Promise<Filter>
    }

/** One rule for each action. An action without a rule is denied. */
export interface Policy {
  readonly rules: Readonly<Partial<Record<Action, Rule>>>
}
