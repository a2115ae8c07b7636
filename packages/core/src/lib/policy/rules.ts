import type { Rule } from './rule.ts'

/** Anyone, signed in or not. */
export const everyone: Rule = { rule: 'everyone' }
/** No one. */
export const nobody: Rule = { rule: 'nobody' }
/** Any known actor. */
export const authenticated: Rule = { rule: 'authenticated' }

/** The asset's visibility is `public`. */
export const isPublic = (): Rule => ({ rule: 'isPublic' })
/** The actor made the asset; on create, any known actor. */
export const creator = (): Rule => ({ rule: 'creator' })
/** The actor owns the space. */
export const spaceOwner = (): Rule => ({ rule: 'spaceOwner' })
/** The space's owner; where the space has none, the asset's creator. */
export const owner = (): Rule => ({ rule: 'owner' })

/** The actor has one of these roles in the space. */
export function hasRole(...roles: string[]): Rule {
  required('hasRole', roles)
  return { rule: 'hasRole', roles }
}

/** The credential has every one of these scopes, or is not limited by scopes. */
export function requireScopes(...scopes: string[]): Rule {
  required('requireScopes', scopes)
  return { rule: 'requireScopes', scopes }
}

/** At least one of them holds. */
export const anyOf = (...rules: Rule[]): Rule => ({ rule: 'anyOf', rules })
/** Every one of them holds. */
export const allOf = (...rules: Rule[]): Rule => ({ rule: 'allOf', rules })
/** It does not hold. */
export const not = (rule: Rule): Rule => ({ rule: 'not', of: rule })

/**
 * A condition of your own. One that throws, takes over the policy's time limit or answers anything but a boolean denies.
 * @param filter the same condition over columns, which lists need; without it, lists under this rule are refused
 */
export function customRule(
  name: string,
  test: Extract<Rule, { rule: 'custom' }>['test'],
  filter?: Extract<Rule, { rule: 'custom' }>['filter'],
): Rule {
  return filter ? { rule: 'custom', name, test, filter } : { rule: 'custom', name, test }
}

function required(rule: string, values: readonly string[]): void {
  if (values.length === 0) throw new TypeError(`${rule}: name at least one.`)
}
