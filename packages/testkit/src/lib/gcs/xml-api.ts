import { rm } from 'node:fs/promises'
import { type Answer, type Exchange, empty } from './exchange.ts'
import { GcsError } from './gcs-error.ts'
import { mediaOf, xmlIdentity } from './media.ts'
import type { ObjectStore, Place } from './object-store.ts'
import { preconditionInHeaders } from './preconditions.ts'
import { receiveFile } from './receive.ts'
import { saidInHeaders } from './resource.ts'
import { checkHashes, hashesIn } from './uploads.ts'
import { checkLengthRange, checkPayload } from './xml-checks.ts'
import type { XmlMultipart } from './xml-multipart.ts'

/** Objects of the XML API, which signed URLs are for. @see https://cloud.google.com/storage/docs/xml-api/reference-methods */
export class XmlApi {
  readonly #store: ObjectStore
  readonly #multipart: XmlMultipart

  constructor(store: ObjectStore, multipart: XmlMultipart) {
    this.#store = store
    this.#multipart = multipart
  }

  async handle(exchange: Exchange, place: Place): Promise<Answer> {
    const { method, query } = exchange
    if (place.name === '') {
      if (method === 'GET' && query.has('uploads')) return this.#multipart.list(exchange, place.bucket)
      throw new GcsError(405, 'MethodNotAllowed')
    }
    if (method === 'POST' && query.has('uploads')) return this.#multipart.begin(exchange, place)
    const uploadId = query.get('uploadId')
    if (uploadId !== null) return this.#multipart.handle(exchange, place, uploadId)
    if (method === 'PUT') return this.#put(exchange, place)
    const object = this.#store.get(place.bucket, place.name)
    preconditionInHeaders(exchange.headers)(object)
    if (method === 'GET' || method === 'HEAD') return mediaOf(object, exchange)
    if (method !== 'DELETE') throw new GcsError(405, 'MethodNotAllowed')
    await this.#store.delete(object)
    return empty(204)
  }

  /** @see https://cloud.google.com/storage/docs/xml-api/put-object-upload */
  async #put({ headers, body }: Exchange, place: Place): Promise<Answer> {
    this.#store.bucket(place.bucket)
    const file = this.#store.newFile()
    const { sha256, ...hashed } = await receiveFile(body, file, 'x-goog-content-sha256' in headers)
    try {
      checkLengthRange(headers, hashed.sizeBytes)
      checkPayload(headers, sha256)
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
    const md5 = headers['content-md5']
    const expected = { ...(md5 !== undefined && { md5Hash: md5 }), ...hashesIn(headers['x-goog-hash']) }
    const condition = preconditionInHeaders(headers)
    const made = await this.#store.put(place, saidInHeaders(headers), file, {
      hashed,
      precondition: present => {
        condition(present)
        checkHashes(hashed, expected)
      },
    })
    return empty(200, { ...xmlIdentity(made), 'content-length': '0' })
  }
}
