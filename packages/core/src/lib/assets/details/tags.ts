import type { Kind } from '../../kinds/kind.ts'
import type { AssetPatch } from '../interface/changing.ts'
import { checkTags, type Issue, invalid } from './details.ts'
import { isObject } from './merge-patch.ts'

/** What one change may take away: more than any asset has. */
const MAX_REMOVED = 1000

/** Tags to take away and to add, each checked. */
export interface TagChange {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

/** The tags that an asset has after a patch: those that it names, or its own with a change. @throws StowageError `unprocessable` */
export function patchedTags(kind: Kind, current: readonly string[], patch: NonNullable<AssetPatch['tags']>): readonly string[] {
  // Whether they are texts is checked with all other details.
  if (Array.isArray(patch)) return patch
  if (!isObject(patch))
    throw invalid([{ pointer: '/tags', message: 'must be an array of strings, or an object of add and remove' }])
  const { add, remove } = checkTagChange(kind, patch, '/tags')
  const removed = new Set(remove)
  return [...new Set([...current.filter(tag => !removed.has(tag)), ...add])]
}

/** @param pointer where the change stands in what the caller said. @throws StowageError `unprocessable` */
export function checkTagChange(kind: Kind, change: object, pointer: string): TagChange {
  const issues: Issue[] = Object.keys(change)
    .filter(name => name !== 'add' && name !== 'remove')
    .slice(0, 20)
    .map(name => ({
      pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: 'must be add or remove',
    }))
  const { add = [], remove = [] } = change as { add?: readonly unknown[]; remove?: readonly unknown[] }
  const checked = {
    add: checkTags(issues, add, { maxTags: kind.limits.maxTags, pointer: `${pointer}/add` }),
    remove: checkTags(issues, remove, { maxTags: MAX_REMOVED, pointer: `${pointer}/remove` }),
  }
  if (issues.length > 0) throw invalid(issues)
  return checked
}
