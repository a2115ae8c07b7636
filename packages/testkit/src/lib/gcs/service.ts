import type { Accounts } from './accounts.ts'
import { demandAuthorized } from './authorized.ts'
import type { Answer, Exchange } from './exchange.ts'
import { GcsError, jsonError, xmlError } from './gcs-error.ts'
import type { ObjectStore } from './object-store.ts'
import { ObjectsApi } from './objects-api.ts'
import { postForm } from './post-policy.ts'
import { Rewrites } from './rewrite.ts'
import { Sessions } from './sessions.ts'
import { uploadAtOnce } from './uploads.ts'
import { XmlApi } from './xml-api.ts'
import { XmlMultipart } from './xml-multipart.ts'

export interface ServiceOptions {
  readonly store: ObjectStore
  readonly accounts: Accounts
  readonly now: () => number
  readonly rewriteBytesPerCall: number
}

/** Which API a request is for, who may call it, and how it is refused. @see https://cloud.google.com/storage/docs/request-endpoints */
export class Service {
  readonly sessions: Sessions
  readonly multipart: XmlMultipart
  readonly #options: ServiceOptions
  readonly #objects: ObjectsApi
  readonly #xml: XmlApi

  constructor(options: ServiceOptions) {
    const { store, now } = options
    this.#options = options
    this.sessions = new Sessions(store)
    this.multipart = new XmlMultipart(store, now)
    this.#objects = new ObjectsApi(store, new Rewrites(store, options.rewriteBytesPerCall))
    this.#xml = new XmlApi(store, this.multipart)
  }

  /** Errors that are no refusals pass: the connection broke, or the server is wrong. */
  async answer(exchange: Exchange): Promise<Answer> {
    const [, upload, rest] = /^(\/upload)?\/storage\/v1\/(.*)$/.exec(exchange.path) ?? []
    try {
      if (rest === undefined) return await this.#answerXml(exchange)
      this.#demandCaller(exchange)
      const segments = rest.split('/').map(decodeURIComponent)
      return await (upload === undefined ? this.#objects.handle(exchange, segments) : this.#upload(exchange, segments))
    } catch (error) {
      if (!(error instanceof GcsError)) throw error
      return rest === undefined ? xmlError(error) : jsonError(error)
    }
  }

  /** Whoever has a session's URI may go on with it: https://cloud.google.com/storage/docs/resumable-uploads#session-uris */
  #demandCaller({ query, headers }: Exchange): void {
    if (!query.has('upload_id')) this.#options.accounts.demandBearer(headers)
  }

  #upload(exchange: Exchange, [b, bucket = '', o]: readonly string[]): Promise<Answer> {
    const { query, method } = exchange
    const id = query.get('upload_id')
    if (b !== 'b' || o !== 'o') throw new GcsError(404, 'notFound')
    if (id !== null) return this.sessions.handle(exchange, id)
    if (method !== 'POST') throw new GcsError(405, 'methodNotAllowed')
    const { store } = this.#options
    const type = query.get('uploadType')
    if (type === 'resumable') return this.sessions.begin(exchange, bucket)
    if (type === 'media' || type === 'multipart') return uploadAtOnce(store, exchange, bucket)
    throw new GcsError(400, 'invalid', `Invalid upload type: ${type}`)
  }

  async #answerXml(exchange: Exchange): Promise<Answer> {
    const [, bucket = '', name = ''] = /^\/([^/]+)(?:\/(.*))?$/s.exec(exchange.path) ?? []
    const place = { bucket: decodeURIComponent(bucket), name: decodeURIComponent(name) }
    const { store, accounts, now } = this.#options
    const form = exchange.method === 'POST' && name === '' && !exchange.query.has('X-Goog-Signature')
    if (form) return postForm(store, accounts, exchange, { bucket: place.bucket, now: now() })
    demandAuthorized(exchange, accounts, now())
    return this.#xml.handle(exchange, place)
  }
}
