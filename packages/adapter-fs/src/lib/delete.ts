import { unlink } from 'node:fs/promises'
import type { DeleteResult } from '@stowage/core/contracts'
import { errnoOf, fsError, throwIfAborted } from './errors.ts'
import { keySegments } from './keys.ts'
import type { Place } from './place.ts'

const AT_ONCE = 16
// Linux answers EISDIR, POSIX EPERM, to an unlink of a folder: a folder is not an object.
const NO_SUCH_FILE = ['ENOENT', 'ENOTDIR', 'EISDIR']

export async function deleteObjects(
  place: Place,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<readonly DeleteResult[]> {
  throwIfAborted(signal)
  const results: DeleteResult[] = []
  for (let i = 0; i < keys.length; i += AT_ONCE) {
    throwIfAborted(signal)
    results.push(...(await Promise.all(keys.slice(i, i + AT_ONCE).map(key => deleteObject(place, key)))))
  }
  return results
}

async function deleteObject(place: Place, key: string): Promise<DeleteResult> {
  try {
    const segments = keySegments(key, place.root.rules)
    if (!(await remove(place, segments))) await place.root.assertPresent()
    return { key }
  } catch (error) {
    return { key, error: fsError(error, `delete ${JSON.stringify(key)}`) }
  }
}

/** False when there was nothing. */
async function remove(place: Place, segments: readonly string[]): Promise<boolean> {
  const parent = segments.slice(0, -1)
  const directory = await place.directories.open(parent)
  if (!directory) {
    await place.directories.syncAbove(parent)
    return false
  }
  let removed = true
  try {
    await unlink(directory.at(segments.at(-1) ?? '')).catch(error => {
      if (!NO_SUCH_FILE.includes(errnoOf(error))) throw error
      removed = false
    })
    // Also where there was nothing: whoever removed it may not have come to this yet.
    await directory.sync()
  } finally {
    await directory.release()
  }
  if (removed) await place.directories.prune(parent)
  return removed
}
