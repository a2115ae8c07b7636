import { StowageError } from '@stowage/core/contracts'
import type { Block } from './blocks.ts'
import { type Place, uploadPath } from './place.ts'
import { jsonBody, piecesOf, type ServiceAnswer, type ServiceRequest } from './requests.ts'
import type { Resource } from './resource.ts'
import { jsonIn } from './service.ts'
import { conditionOf, refusedWrite, type Write } from './write.ts'

/** The service keeps bytes in multiples of it. */
export const GRAIN_BYTES = 256 * 1024
const INCOMPLETE = 308
/** Unknown, expired, cancelled. */
const GONE = new Set([404, 410, 499])

/**
 * An upload in several requests. After a failure the service is asked how far it got, so that no byte is sent twice for nothing and a
 * success whose answer was lost is found.
 * @see https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export class ResumableUpload {
  readonly #place: Place
  readonly #write: Write
  readonly #uri: string
  /** Where the block that is being sent begins. */
  #start = 0

  private constructor(place: Place, write: Write, uri: string) {
    this.#place = place
    this.#write = write
    this.#uri = uri
  }

  static async begin(place: Place, write: Write, said: Readonly<Record<string, unknown>>): Promise<ResumableUpload> {
    const { doing, signal, key } = write
    const body = jsonBody({ ...said, name: place.prefix + key })
    const query = { uploadType: 'resumable', ...conditionOf(write) }
    const request: ServiceRequest = { doing, method: 'POST', path: uploadPath(place), query, body, signal }
    for (let n = 1; ; n += 1) {
      try {
        const answer = await place.service.once(request)
        const uri = answer.headers.get('location')
        if (answer.status >= 300 || uri === null) throw refusedWrite(write, answer)
        return new ResumableUpload(place, write, uri)
      } catch (error) {
        await place.service.pauseAfter(error, n, signal)
      }
    }
  }

  /**
   * Sends the next block; the last with the hash of everything.
   * @returns the object, once it is whole
   */
  async send(block: Block, crc32c: string | null): Promise<Resource | null> {
    const end = this.#start + block.bytes.byteLength
    let kept = this.#start
    for (let n = 1; kept < end; ) {
      try {
        const answer = await this.#place.service.once(this.#request(block, kept, crc32c))
        const made = this.#madeBy(answer)
        if (made) return made
        const further = keptBy(answer)
        if (further <= kept) throw this.#stuck()
        kept = further
        n = 1
      } catch (error) {
        await this.#pauseAfter(error, n)
        n += 1
        const state = await this.#state()
        if (typeof state !== 'number') return state
        if (state < this.#start) throw this.#stuck()
        kept = state
      }
    }
    this.#start = end
    return null
  }

  /** Gives the session up. Where that fails too, the service does so itself within a week, and shows nothing until then. */
  async cancel(): Promise<void> {
    const { doing } = this.#write
    try {
      await this.#place.service.once({ doing, method: 'DELETE', path: this.#uri })
    } catch (error) {
      if (!(error instanceof StowageError)) throw error
    }
  }

  #request({ bytes, last }: Block, from: number, crc32c: string | null): ServiceRequest {
    const { doing, signal } = this.#write
    const end = this.#start + bytes.byteLength
    return {
      doing,
      method: 'PUT',
      path: this.#uri,
      headers: {
        'content-range': `bytes ${from}-${end - 1}/${last ? end : '*'}`,
        ...(crc32c !== null && { 'x-goog-hash': `crc32c=${crc32c}` }),
      },
      body: { chunks: () => piecesOf(bytes.subarray(from - this.#start)), sizeBytes: end - from },
      signal,
    }
  }

  /** How many bytes the service has, or the object that they became. */
  async #state(): Promise<number | Resource> {
    const { doing, signal } = this.#write
    const headers = { 'content-range': 'bytes */*', 'content-length': '0' }
    for (let n = 1; ; n += 1) {
      try {
        const answer = await this.#place.service.once({ doing, method: 'PUT', path: this.#uri, headers, signal })
        return this.#madeBy(answer) ?? keptBy(answer)
      } catch (error) {
        await this.#pauseAfter(error, n)
      }
    }
  }

  /** A session that is gone stays so: only the whole write can be tried again. */
  async #pauseAfter(error: unknown, n: number): Promise<void> {
    if (error instanceof StowageError && error.details.session === 'lost') throw error
    await this.#place.service.pauseAfter(error, n, this.#write.signal)
  }

  #madeBy(answer: ServiceAnswer): Resource | null {
    if (answer.status === INCOMPLETE) return null
    if (answer.status < 300) return jsonIn<Resource>(answer, this.#write.doing)
    if (GONE.has(answer.status)) throw lost(this.#write)
    throw refusedWrite(this.#write, answer)
  }

  #stuck(): StowageError {
    return new StowageError('unavailable', `Could not ${this.#write.doing}: the service takes no more bytes.`)
  }
}

function lost({ doing }: Write): StowageError {
  return new StowageError('unavailable', `Could not ${doing}: the service lost the upload. Store it again.`, {
    details: { session: 'lost' },
  })
}

/** `Range: bytes=0-99`, or none. */
function keptBy({ headers }: ServiceAnswer): number {
  const last = /^bytes=0-(\d+)$/.exec(headers.get('range') ?? '')?.[1]
  return last === undefined ? 0 : Number(last) + 1
}
