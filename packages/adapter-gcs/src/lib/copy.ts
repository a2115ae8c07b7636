import { type ObjectInfo, type StorageAdapter, StowageError } from '@stowage/core/contracts'
import { changed, isMissing, notFound, refused } from './errors.ts'
import { findResource } from './head.ts'
import { objectPath, type Place, quoted } from './place.ts'
import { jsonBody } from './requests.ts'
import { attributesOf, generationIn, infoOf, type Resource, saidOf } from './resource.ts'
import { jsonIn, refusalIn } from './service.ts'
import { beginWrite, conditionFailed, conditionOf, ownObject, type Write } from './write.ts'

type CopyOptions = NonNullable<Parameters<NonNullable<StorageAdapter['copy']>>[2]>

interface Rewritten {
  readonly done: boolean
  readonly rewriteToken?: string
  readonly resource?: Resource
}

const ATTEMPTS = 5

/** Bytes never leave the service. The generation that was looked up is the one that is copied, or none. */
export async function copyObject(place: Place, from: string, to: string, options: CopyOptions): Promise<ObjectInfo> {
  const { ifMatch, createOnly = false, signal } = options
  for (let n = 1; ; n += 1) {
    const source = await findResource(place, from, signal)
    if (!source) throw notFound(from)
    if (ifMatch !== undefined && generationIn(ifMatch) !== source.generation) throw changed(from)
    if (from === to) return infoOf(place, source)
    const write = { ...beginWrite(to, `copy ${quoted(from)} to`, { createOnly, ...(signal && { signal }) }) }
    const made = await new Rewrite(place, source, write).run()
    if (made) return infoOf(place, made)
    if (n === ATTEMPTS)
      throw new StowageError('conflict', `Could not ${write.doing}: the source keeps changing.`, { retryable: true })
  }
}

/** @see https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite */
class Rewrite {
  readonly #place: Place
  readonly #source: Resource
  readonly #write: Write
  #token: string | undefined
  #inDoubt = false

  constructor(place: Place, source: Resource, write: Write) {
    this.#place = place
    this.#source = source
    this.#write = write
  }

  /** Null where the source changed meanwhile. Between locations or classes it takes several calls. */
  async run(): Promise<Resource | null> {
    for (let n = 1; ; n += 1) {
      try {
        const step = await this.#step()
        if (step === null || step.resource) return step?.resource ?? null
        this.#token = step.rewriteToken
        n = 0
      } catch (error) {
        this.#inDoubt ||= error instanceof StowageError && error.retryable
        if (isMissing(error)) return null
        await this.#place.service.pauseAfter(error, n, this.#write.signal)
        const found = await ownObject(this.#place, this.#write)
        if (found) return found
      }
    }
  }

  async #step(): Promise<Rewritten | null> {
    const { doing, key, signal } = this.#write
    const said = saidOf(attributesOf(infoOf(this.#place, this.#source)), this.#write.id)
    const answer = await this.#place.service.once({
      doing,
      method: 'POST',
      path: `${objectPath(this.#place, this.#source.name.slice(this.#place.prefix.length))}/rewriteTo${objectPath(this.#place, key).slice('/storage/v1'.length)}`,
      query: { ...conditionOf(this.#write), ifSourceGenerationMatch: this.#source.generation, rewriteToken: this.#token },
      body: jsonBody(said),
      signal,
    })
    if (answer.status < 300) return jsonIn<Rewritten>(answer, doing)
    if (answer.status !== 412) throw refused(refusalIn(answer), doing)
    return this.#conditionFailed()
  }

  /** The target is there already, or it is our own; or the source has changed. */
  async #conditionFailed(): Promise<Rewritten | null> {
    const found = await findResource(this.#place, this.#write.key, this.#write.signal)
    const own = found && this.#inDoubt ? await ownObject(this.#place, this.#write) : null
    if (own) return { done: true, resource: own }
    if (found && this.#write.createOnly) throw conditionFailed(this.#write)
    return null
  }
}
