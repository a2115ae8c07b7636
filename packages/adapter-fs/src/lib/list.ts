import { type ListOptions, type ObjectInfo, type ObjectPage, StowageError } from '@stowage/core/contracts'
import { openCursor, sealCursor } from './cursor.ts'
import { throwIfAborted } from './errors.ts'
import { segmentFault } from './keys.ts'
import type { Place } from './place.ts'
import { walkObjects } from './walk.ts'

const MAX_LIMIT = 1000

export async function listObjects(place: Place, options: ListOptions): Promise<ObjectPage> {
  const { prefix = '', limit = MAX_LIMIT, signal } = options
  throwIfAborted(signal)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new StowageError('invalid_request', `The limit of a list is 1 to ${MAX_LIMIT}, not ${limit}.`)
  }
  const after = options.cursor === undefined ? null : openCursor(place.root.id, prefix, options.cursor)
  await place.root.assertPresent()
  const folder = prefix.split('/').slice(0, -1)
  if (folder.some(segment => segmentFault(segment, place.root.rules))) return { objects: [], cursor: null }
  const objects: ObjectInfo[] = []
  for await (const info of walkObjects(place, { prefix, limit, after })) {
    throwIfAborted(signal)
    // One more than the page holds: there is another page.
    if (objects.length === limit) return { objects, cursor: sealCursor(place.root.id, prefix, objects.at(-1)?.key ?? '') }
    objects.push(info)
  }
  return { objects, cursor: null }
}
