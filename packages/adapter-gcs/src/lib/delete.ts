import { type DeleteResult, isStowageError } from '@stowage/core/contracts'
import { isMissing, throwIfAborted } from './errors.ts'
import { objectPath, type Place, quoted } from './place.ts'

const AT_ONCE = 32

/** One request for each key, some of them at a time. What was gone already is gone. */
export async function deleteObjects(
  place: Place,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<readonly DeleteResult[]> {
  const results: DeleteResult[] = keys.map(key => ({ key }))
  const waiting = keys.entries()
  const work = async () => {
    for (const [index, key] of waiting) results[index] = await deleteOne(place, key, signal)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, keys.length) }, work))
  throwIfAborted(signal)
  return results
}

async function deleteOne(place: Place, key: string, signal: AbortSignal | undefined): Promise<DeleteResult> {
  try {
    await place.service.ask({ doing: `delete ${quoted(key)}`, method: 'DELETE', path: objectPath(place, key), signal })
    return { key }
  } catch (error) {
    if (isMissing(error)) return { key }
    if (isStowageError(error)) return { key, error }
    throw error
  }
}
