import { type ListOptions, type ObjectInfo, type ObjectPage, StowageError } from '@stowage/core/contracts'
import { openCursor, sealCursor } from './cursor.ts'
import { throwIfAborted } from './errors.ts'
import { isReserved, segmentFault } from './keys.ts'
import type { Place } from './place.ts'
import { walkObjects } from './walk.ts'

const MAX_LIMIT = 1000

export async function listObjects(place: Place, options: ListOptions): Promise<ObjectPage> {
  const { prefix = '', delimiter, limit = MAX_LIMIT, signal } = options
  throwIfAborted(signal)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new StowageError('invalid_request', `The limit of a list is 1 to ${MAX_LIMIT}, not ${limit}.`)
  }
  if (delimiter !== undefined && delimiter !== '/') {
    throw new StowageError('invalid_request', `The delimiter of a list is a slash, not ${JSON.stringify(delimiter)}.`)
  }
  const after = options.cursor === undefined ? null : openCursor(place.root.id, options, options.cursor)
  await place.root.assertPresent()
  const folder = prefix.split('/').slice(0, -1)
  const objects: ObjectInfo[] = []
  const prefixes: string[] = []
  const page = (cursor: string | null): ObjectPage => ({ objects, ...(delimiter && { prefixes }), cursor })
  if (isReserved(folder[0] ?? '') || folder.some(segment => segmentFault(segment, place.root.rules))) return page(null)
  let last = ''
  for await (const { key, info } of walkObjects(place, { prefix, limit, after, rollUp: delimiter !== undefined })) {
    throwIfAborted(signal)
    // One more than the page holds: there is another page.
    if (objects.length + prefixes.length === limit) return page(sealCursor(place.root.id, options, last))
    if (info) objects.push(info)
    else prefixes.push(key)
    last = key
  }
  return page(null)
}
