import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm, truncate, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type Answer, type Exchange, empty, json } from './exchange.ts'
import { GcsError } from './gcs-error.ts'
import { hashesOf } from './hashes.ts'
import type { ObjectMetadata, ObjectStore, Place, Precondition, StoredObject } from './object-store.ts'
import { preconditionOf } from './preconditions.ts'
import { collectJson } from './receive.ts'
import { merged, resourceOf } from './resource.ts'
import { checkHashes, hashesIn } from './uploads.ts'

/** Bytes are kept in multiples of it until the last are there. */
const GRAIN_BYTES = 256 * 1024

interface Session {
  readonly place: Place
  readonly said: ObjectMetadata
  readonly expected: Record<string, unknown>
  readonly precondition: Precondition
  readonly file: string
  sizeBytes: number
  made: StoredObject | null
  busy: boolean
}

/** Resumable uploads. @see https://cloud.google.com/storage/docs/performing-resumable-uploads */
export class Sessions {
  readonly #store: ObjectStore
  readonly #open = new Map<string, Session>()

  constructor(store: ObjectStore) {
    this.#store = store
  }

  /** Those that were neither completed nor cancelled. */
  get unfinished(): number {
    return [...this.#open.values()].filter(({ made }) => made === null).length
  }

  async begin(exchange: Exchange, bucket: string): Promise<Answer> {
    const { query, headers, origin, path } = exchange
    const resource = await collectJson(exchange.body)
    const name = query.get('name') ?? resource.name
    if (typeof name !== 'string' || name === '') throw new GcsError(400, 'required', 'Required parameter: name')
    const precondition = preconditionOf(query)
    precondition(this.#store.find(bucket, name))
    const type = headers['x-upload-content-type']
    const said = merged({}, { ...(typeof type === 'string' && { contentType: type }), ...resource })
    const file = this.#store.newFile()
    await writeFile(file, '', { flag: 'wx' })
    const id = randomBytes(48).toString('base64url')
    const expected = { ...resource, ...hashesIn(headers['x-goog-hash']) }
    this.#open.set(id, { place: { bucket, name }, said, expected, precondition, file, sizeBytes: 0, made: null, busy: false })
    const location = `${origin}${path}?${new URLSearchParams([...query, ['upload_id', id]])}`
    return empty(200, { location, 'x-guploader-uploadid': id, 'content-length': '0' })
  }

  async handle(exchange: Exchange, id: string): Promise<Answer> {
    const session = this.#open.get(id)
    if (!session) throw new GcsError(404, 'notFound', 'No such upload session.')
    if (exchange.method === 'DELETE') return this.#cancel(session, id)
    if (exchange.method !== 'PUT') throw new GcsError(405, 'methodNotAllowed')
    const range = rangeOf(exchange.headers['content-range'])
    if (session.made) return json(resourceOf(session.made, exchange.origin))
    if (session.busy) throw new GcsError(503, 'backendError', 'The session takes one request at a time.')
    session.busy = true
    try {
      if (range.start !== null) await this.#append(session, exchange, range.start)
      return await this.#answer(session, exchange, range)
    } finally {
      session.busy = false
    }
  }

  /** Keeps what arrives, also of a request that breaks off. */
  async #append(session: Session, { body }: Exchange, start: number): Promise<void> {
    const { file, sizeBytes } = session
    if (start > sizeBytes) throw new GcsError(503, 'backendError', `Byte ${start} can't follow byte ${sizeBytes - 1}.`)
    let skip = sizeBytes - start
    const fresh = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of source) {
        const kept = chunk.subarray(Math.min(skip, chunk.byteLength))
        skip -= chunk.byteLength - kept.byteLength
        if (kept.byteLength === 0) continue
        yield kept
        session.sizeBytes += kept.byteLength
      }
    }
    await pipeline(body, fresh, createWriteStream(file, { flags: 'r+', start: sizeBytes })).catch(async error => {
      await this.#round(session)
      throw error
    })
  }

  async #answer(session: Session, exchange: Exchange, { start, last, total }: ContentRange): Promise<Answer> {
    const { sizeBytes } = session
    if (last !== null && start !== null && sizeBytes < last + 1) await this.#round(session)
    else if (total === 'end' || total === sizeBytes) return this.#finish(session, exchange)
    else if (start !== null) await this.#round(session)
    const range = session.sizeBytes > 0 && { range: `bytes=0-${session.sizeBytes - 1}` }
    return empty(308, { ...range, 'content-length': '0' })
  }

  async #finish(session: Session, { headers, origin }: Exchange): Promise<Answer> {
    const hashed = await hashesOf(session.file)
    const precondition: Precondition = present => {
      checkHashes(hashed, { ...session.expected, ...hashesIn(headers['x-goog-hash']) })
      session.precondition(present)
    }
    try {
      session.made = await this.#store.put(session.place, session.said, session.file, { hashed, precondition })
    } catch (error) {
      for (const [id, open] of this.#open) if (open === session) this.#open.delete(id)
      throw error
    }
    return json(resourceOf(session.made, origin))
  }

  async #round(session: Session): Promise<void> {
    session.sizeBytes -= session.sizeBytes % GRAIN_BYTES
    await truncate(session.file, session.sizeBytes)
  }

  async #cancel(session: Session, id: string): Promise<Answer> {
    this.#open.delete(id)
    if (!session.made) await rm(session.file, { force: true })
    return empty(499, { 'content-length': '0' })
  }
}

interface ContentRange {
  /** Null: asks how far the upload is. */
  readonly start: number | null
  readonly last: number | null
  readonly total: number | 'end' | null
}

/** Absent: everything at once. `bytes 0-*` followed by an asterisk: everything from there to the end of the body. */
function rangeOf(header: string | undefined): ContentRange {
  if (header === undefined) return { start: 0, last: null, total: 'end' }
  const [match, first, last, total] = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(header) ?? []
  if (match === undefined) throw new GcsError(400, 'badRequest', 'Failed to parse Content-Range header.')
  const size = total === '*' ? null : Number(total)
  if (first === undefined) return { start: null, last: null, total: size }
  if (last === '*') return { start: Number(first), last: null, total: size ?? 'end' }
  return { start: Number(first), last: Number(last), total: size }
}
