import { StowageError } from '@stowage/core/contracts'
import { type Operation, operations } from '../profile/operation.ts'
import type { RequestContext } from '../profile/present.ts'
import type { Profile } from '../profile/profile.ts'

/**
 * Refuses credentials without the scope that the profile demands for this operation.
 * @throws StowageError `unauthenticated`, `forbidden`
 */
export function demandScope(profile: Profile, { operation, actor }: RequestContext): void {
  const scope = scopeOf(profile, operation)
  if (scope === undefined) return
  if (actor === null) throw new StowageError('unauthenticated', 'Sign in, or send a credential: this needs a known user.')
  if (actor.scopes?.includes(scope) ?? true) return
  throw new StowageError('forbidden', `The credential lacks the scope ${scope}.`, {
    details: { reason: 'insufficient_scope', scope },
  })
}

/** What a credential must be good for: for many assets the same as for one. Nothing for operations that ask nobody who they are. */
export function scopeOf({ scopes }: Profile, operation: Operation): string | undefined {
  const named: Readonly<Partial<Record<Operation, string>>> = scopes ?? {}
  const { eachIs } = operations[operation]
  return named[operation] ?? (eachIs && named[eachIs])
}
