import { type GetOptions, type ObjectContent, type ObjectInfo, resolveRange, StowageError } from '@stowage/core/contracts'
import { changed, isMissing, notFound } from './errors.ts'
import { findResource } from './head.ts'
import { objectPath, type Place, quoted } from './place.ts'
import { ReadBody } from './read-body.ts'
import { generationIn, infoOf, type Resource } from './resource.ts'

const ATTEMPTS = 5

/** First what the object is, then the bytes of that very generation; anew where it was replaced in between. */
export async function getObject(place: Place, key: string, options: GetOptions): Promise<ObjectContent> {
  const { ifMatch, signal } = options
  for (let n = 1; ; n += 1) {
    const resource = await findResource(place, key, signal)
    if (!resource) throw notFound(key)
    if (ifMatch !== undefined && generationIn(ifMatch) !== resource.generation) throw changed(key)
    try {
      return await contentOf(place, resource, options)
    } catch (error) {
      if (!isMissing(error) || n === ATTEMPTS) throw error
    }
  }
}

async function contentOf(place: Place, resource: Resource, { range: asked, signal }: GetOptions): Promise<ObjectContent> {
  const info = infoOf(place, resource)
  const range = resolveRange(asked, info.sizeBytes)
  if (info.sizeBytes === 0) return { info, range, body: nothing() }
  const { start, end } = range ?? { start: 0, end: info.sizeBytes - 1 }
  const doing = `read ${quoted(info.key)}`
  const { stream, limit, headers, status } = await place.service.askStream({
    doing,
    method: 'GET',
    path: objectPath(place, info.key),
    query: { alt: 'media', generation: resource.generation },
    headers: range ? { range: `bytes=${start}-${end}` } : {},
    signal,
  })
  const crc32c = range ? null : (resource.crc32c ?? null)
  const body = new ReadBody({ stream, limit, doing, sizeBytes: end - start + 1, crc32c })
  if (headers.get('x-goog-generation') === resource.generation && status === (range ? 206 : 200)) return { info, range, body }
  await body[Symbol.asyncIterator]().return()
  throw unexpected(info)
}

// biome-ignore lint/correctness/useYield: there is nothing to yield
async function* nothing(): AsyncGenerator<Uint8Array, void> {
  return
}

function unexpected({ key }: ObjectInfo): StowageError {
  return new StowageError('bad_gateway', `Could not read ${quoted(key)}: the service sent other bytes than were asked for.`)
}
