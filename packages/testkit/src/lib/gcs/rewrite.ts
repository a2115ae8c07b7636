import { randomUUID } from 'node:crypto'
import { constants, copyFile } from 'node:fs/promises'
import { type Answer, type Exchange, json } from './exchange.ts'
import { GcsError } from './gcs-error.ts'
import type { ObjectStore, Place, StoredObject } from './object-store.ts'
import { preconditionOf } from './preconditions.ts'
import { collectJson } from './receive.ts'
import { merged, resourceOf } from './resource.ts'

/**
 * Copies an object, its bytes in as many calls as it takes, and what is said of it unless the request says otherwise.
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
 */
export class Rewrites {
  readonly #store: ObjectStore
  readonly #bytesPerCall: number
  readonly #begun = new Map<string, number>()

  constructor(store: ObjectStore, bytesPerCall: number) {
    this.#store = store
    this.#bytesPerCall = bytesPerCall
  }

  async rewrite(exchange: Exchange, from: Place, to: Place): Promise<Answer> {
    const change = await collectJson(exchange.body)
    const source = this.#source(exchange.query, from)
    const token = exchange.query.get('rewriteToken')
    const done = (token === null ? 0 : this.#resume(token)) + this.#bytesPerCall
    const progress = { kind: 'storage#rewriteResponse', objectSize: String(source.sizeBytes) }
    if (done < source.sizeBytes) {
      preconditionOf(exchange.query)(this.#store.find(to.bucket, to.name))
      const rewriteToken = randomUUID()
      this.#begun.set(rewriteToken, done)
      return json({ ...progress, totalBytesRewritten: String(done), done: false, rewriteToken })
    }
    const made = await this.copied(exchange, source, to, change)
    return json({
      ...progress,
      totalBytesRewritten: progress.objectSize,
      done: true,
      resource: resourceOf(made, exchange.origin),
    })
  }

  async copy(exchange: Exchange, from: Place, to: Place): Promise<Answer> {
    const change = await collectJson(exchange.body)
    const made = await this.copied(exchange, this.#source(exchange.query, from), to, change)
    return json(resourceOf(made, exchange.origin))
  }

  async copied({ query }: Exchange, source: StoredObject, to: Place, change: Record<string, unknown>): Promise<StoredObject> {
    this.#store.bucket(to.bucket)
    const file = this.#store.newFile()
    await copyFile(source.file, file, constants.COPYFILE_FICLONE)
    // A body replaces what is said; without one, it is copied. Holds stay behind.
    const { temporaryHold: _held, ...kept } = source.said
    const said = Object.keys(change).length > 0 ? merged({}, change) : kept
    return this.#store.put(to, said, file, { precondition: preconditionOf(query), hashed: source })
  }

  #source(query: URLSearchParams, { bucket, name }: Place): StoredObject {
    const source = this.#store.get(bucket, name)
    sourceCondition(query)(source)
    const asked = query.get('sourceGeneration')
    if (asked !== null && asked !== source.generation)
      throw new GcsError(404, 'NoSuchKey', `No such object: ${bucket}/${name}#${asked}`)
    return source
  }

  #resume(token: string): number {
    const done = this.#begun.get(token)
    if (done === undefined) throw new GcsError(400, 'invalid', 'Invalid rewrite token.')
    return done
  }
}

/** `ifSourceGenerationMatch` and the like are the same conditions, on the object that is read. */
function sourceCondition(query: URLSearchParams): (present: StoredObject | null) => void {
  const renamed = [...query].filter(([name]) => name.startsWith('ifSource'))
  return preconditionOf(
    new URLSearchParams(renamed.map(([name, value]): [string, string] => [name.replace('ifSource', 'if'), value])),
  )
}
