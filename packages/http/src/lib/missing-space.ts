import type { Assets, Space } from '@stowage/core'
import { type Action, isStowageError, StowageError } from '@stowage/core/contracts'

/** Owned by nobody, for no actor has an empty id; nobody has a role in it. */
export const NOWHERE: Space = { id: '', ownerId: '' }

/**
 * Refuses as a space does that shows this actor nothing: which spaces exist must not be told by status or words. Where the policy shows
 * something of every space, a missing one is no secret: 404.
 * @throws StowageError always
 */
export async function refuseMissingSpace(assets: Assets, action: Action): Promise<never> {
  const nowhere = assets.in({ kind: assets.kind, space: NOWHERE })
  if (!(await allows(nowhere, 'list')) && !(await allows(nowhere, 'read'))) await nowhere.authorize(action)
  // Word for word what the policy says of a space that is hidden.
  throw new StowageError('not_found', 'There is no such asset.')
}

/** Whether an actor might do this to something here. */
export async function allows(assets: Assets, action: Action): Promise<boolean> {
  try {
    await assets.authorize(action)
    return true
  } catch (error) {
    if (isStowageError(error)) return false
    throw error
  }
}
