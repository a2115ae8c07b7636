import { isMissing } from './errors.ts'
import { objectPath, type Place, quoted } from './place.ts'
import type { Resource } from './resource.ts'

/** Null where there is no such object. */
export async function findResource(place: Place, key: string, signal?: AbortSignal): Promise<Resource | null> {
  const doing = `look up ${quoted(key)}`
  try {
    return await place.service.askJson<Resource>({ doing, method: 'GET', path: objectPath(place, key), signal })
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
