import { createReadStream, createWriteStream } from 'node:fs'
import { constants, copyFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type Answer, type Exchange, empty, json } from './exchange.ts'
import { GcsError } from './gcs-error.ts'
import { hashesOf } from './hashes.ts'
import { pageOf } from './list.ts'
import { mediaOf } from './media.ts'
import type { ObjectStore, Place, StoredObject } from './object-store.ts'
import { checkGeneration, preconditionOf } from './preconditions.ts'
import { collectJson } from './receive.ts'
import { merged, resourceOf } from './resource.ts'
import type { Rewrites } from './rewrite.ts'

const MAX_COMPOSED = 32

/** Buckets and objects of the JSON API. @see https://cloud.google.com/storage/docs/json_api/v1 */
export class ObjectsApi {
  readonly #store: ObjectStore
  readonly #rewrites: Rewrites

  constructor(store: ObjectStore, rewrites: Rewrites) {
    this.#store = store
    this.#rewrites = rewrites
  }

  /** @param segments of the path behind `/storage/v1`, decoded */
  async handle(exchange: Exchange, [root, bucket, kind, name, action, ...target]: readonly string[]): Promise<Answer> {
    if (root !== 'b') throw noSuchMethod()
    if (bucket === undefined) return this.#createBucket(exchange)
    if (kind === undefined) return this.#bucket(exchange, bucket)
    if (kind !== 'o') throw noSuchMethod()
    if (name === undefined) return this.#list(exchange, bucket)
    const place = { bucket, name }
    if (action === undefined) return this.#object(exchange, place)
    if (exchange.method !== 'POST') throw noSuchMethod()
    if (action === 'compose') return this.#compose(exchange, place)
    const [b, toBucket = '', o, toName = ''] = target
    if (b !== 'b' || o !== 'o') throw noSuchMethod()
    const to = { bucket: toBucket, name: toName }
    if (action === 'rewriteTo') return this.#rewrites.rewrite(exchange, place, to)
    if (action === 'copyTo') return this.#rewrites.copy(exchange, place, to)
    throw noSuchMethod()
  }

  async #createBucket({ method, body }: Exchange): Promise<Answer> {
    if (method !== 'POST') throw noSuchMethod()
    const { name } = await collectJson(body)
    if (typeof name !== 'string') throw new GcsError(400, 'required', 'Required parameter: name')
    this.#store.createBucket(name)
    return json(bucketResource(name))
  }

  #bucket({ method }: Exchange, bucket: string): Answer {
    if (method !== 'GET') throw noSuchMethod()
    this.#store.bucket(bucket)
    return json(bucketResource(bucket))
  }

  #list({ method, query, origin }: Exchange, bucket: string): Answer {
    if (method !== 'GET') throw noSuchMethod()
    const { objects, prefixes, nextPageToken } = pageOf(this.#store.bucket(bucket), query)
    return json({
      kind: 'storage#objects',
      ...(objects.length > 0 && { items: objects.map(each => resourceOf(each, origin)) }),
      ...(prefixes.length > 0 && { prefixes }),
      ...(nextPageToken !== null && { nextPageToken }),
    })
  }

  async #object(exchange: Exchange, { bucket, name }: Place): Promise<Answer> {
    const { method, query } = exchange
    const object = this.#store.get(bucket, name)
    checkGeneration(object, query)
    preconditionOf(query)(object)
    if (method === 'GET')
      return query.get('alt') === 'media' ? mediaOf(object, exchange) : json(resourceOf(object, exchange.origin))
    if (method === 'PATCH') return this.#patch(exchange, object)
    if (method !== 'DELETE') throw noSuchMethod()
    await this.#store.delete(object)
    return empty(204)
  }

  /** @see https://cloud.google.com/storage/docs/json_api/v1/objects/patch */
  async #patch({ query, body, origin }: Exchange, { bucket, name }: StoredObject): Promise<Answer> {
    const change = await collectJson(body)
    // It may have changed while the body came.
    const object = this.#store.get(bucket, name)
    preconditionOf(query)(object)
    this.#store.change(object, merged(object.said, change))
    return json(resourceOf(object, origin))
  }

  /** @see https://cloud.google.com/storage/docs/json_api/v1/objects/compose */
  async #compose({ body, query, origin }: Exchange, to: Place): Promise<Answer> {
    const { sourceObjects, destination } = (await collectJson(body)) as {
      sourceObjects?: { name: string }[]
      destination?: object
    }
    if (!Array.isArray(sourceObjects) || sourceObjects.length < 1 || sourceObjects.length > MAX_COMPOSED)
      throw new GcsError(400, 'invalid', `The number of source components must be from 1 to ${MAX_COMPOSED}.`)
    const sources = sourceObjects.map(({ name }) => this.#store.get(to.bucket, name))
    const file = await joined(
      sources.map(source => source.file),
      this.#store.newFile(),
    )
    const hashed = { ...(await hashesOf(file)), md5Hash: null }
    const said = merged({}, { ...destination })
    return json(resourceOf(await this.#store.put(to, said, file, { hashed, precondition: preconditionOf(query) }), origin))
  }
}

/** All files one behind the other, in a new one. */
export async function joined([first = '', ...others]: readonly string[], file: string): Promise<string> {
  await copyFile(first, file, constants.COPYFILE_FICLONE)
  for (const other of others) await pipeline(createReadStream(other), createWriteStream(file, { flags: 'a' }))
  return file
}

const bucketResource = (name: string) => ({
  kind: 'storage#bucket',
  id: name,
  name,
  location: 'US',
  storageClass: 'STANDARD',
  metageneration: '1',
})
const noSuchMethod = () => new GcsError(405, 'methodNotAllowed', 'The service has no such method.')
