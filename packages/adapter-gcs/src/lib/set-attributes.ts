import { type ObjectAttributes, type ObjectInfo, type StorageAdapter, StowageError } from '@stowage/core/contracts'
import { changed, isMissing, notFound, refused } from './errors.ts'
import { findResource } from './head.ts'
import { objectPath, type Place, quoted } from './place.ts'
import { jsonBody } from './requests.ts'
import { generationIn, infoOf, type Resource, saidOf, WRITE } from './resource.ts'
import { jsonIn, refusalIn } from './service.ts'

type Options = NonNullable<Parameters<NonNullable<StorageAdapter['setAttributes']>>[2]>

const ATTEMPTS = 5
const NOTHING = { contentType: null, cacheControl: null, contentDisposition: null, contentLanguage: null }

/**
 * Says everything anew, of the version that was looked up; where somebody else said something meanwhile, once more.
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/patch
 */
export async function setAttributes(
  place: Place,
  key: string,
  attributes: ObjectAttributes,
  options: Options,
): Promise<ObjectInfo> {
  const { ifMatch, signal } = options
  saidOf(attributes, '')
  for (let n = 1; n <= ATTEMPTS; n += 1) {
    const before = await findResource(place, key, signal)
    if (!before) throw notFound(key)
    if (ifMatch !== undefined && generationIn(ifMatch) !== before.generation) throw changed(key)
    const after = await patch(place, before, attributes, signal)
    if (after) return infoOf(place, after)
  }
  throw new StowageError('conflict', `Could not change ${quoted(key)}: it keeps changing.`, { retryable: true })
}

/** Null where it has changed, or a lost answer makes it look so. */
async function patch(
  place: Place,
  before: Resource,
  attributes: ObjectAttributes,
  signal?: AbortSignal,
): Promise<Resource | null> {
  const key = before.name.slice(place.prefix.length)
  const doing = `change the attributes of ${quoted(key)}`
  const gone = Object.fromEntries(Object.keys(before.metadata ?? {}).map(name => [name, null]))
  const said = saidOf(attributes, '')
  const metadata = { ...gone, ...(said.metadata as object), [WRITE]: before.metadata?.[WRITE] ?? null }
  const request = {
    doing,
    method: 'PATCH',
    path: objectPath(place, key),
    query: { ifGenerationMatch: before.generation, ifMetagenerationMatch: before.metageneration },
    body: jsonBody({ ...NOTHING, ...said, metadata }),
    signal,
  } as const
  for (let n = 1; ; n += 1) {
    try {
      const answer = await place.service.once(request)
      if (answer.status < 300) return jsonIn<Resource>(answer, doing)
      if (answer.status === 412) return null
      throw refused(refusalIn(answer), doing)
    } catch (error) {
      if (isMissing(error)) return null
      await place.service.pauseAfter(error, n, signal)
    }
  }
}
