import { AssetClientError, errorOf } from './error.ts'
import type { BodyAnswer, BodyRequest } from './inputs.ts'

type MaybeAsync<T> = T | (() => T | Promise<T>)

export interface ConnectionOptions {
  /** Where the asset API is: absolute, or a path of the page's own origin in browsers. */
  readonly baseUrl: string | URL
  /** Sent as `Authorization: Bearer`. A function is asked before each request. */
  readonly token?: MaybeAsync<string> | undefined
  /** Sent with each request. A function is asked before each. */
  readonly headers?: MaybeAsync<Readonly<Record<string, string>>> | undefined
  /** Default: the global fetch. In browsers, files go by `send`, save one that goes in one request, unwatched, where this was given. */
  readonly fetch?: typeof fetch | undefined
  /** Sends a file, or a piece of it, and tells how far it is. Default: XMLHttpRequest in browsers, `fetch` with a counted stream elsewhere. */
  readonly send?: ((request: BodyRequest) => Promise<BodyAnswer>) | undefined
  /** Whether cookies go along to other origins too. Default `same-origin`. */
  readonly credentials?: 'same-origin' | 'include' | undefined
}

export type Query = Readonly<
  Record<string, string | number | boolean | readonly (string | number | boolean)[] | null | undefined>
>

export interface Outgoing {
  readonly method: string
  /** Parts of the path below the base URL. */
  readonly path: readonly (string | number)[]
  readonly query?: Query | undefined
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  readonly body?: BodyInit | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where requests go, and what goes along with each. */
export interface Connection {
  readonly credentials: 'same-origin' | 'include'
  readonly fetch: typeof fetch
  readonly send: ConnectionOptions['send']
  /** Whether `fetch` is not the global one. */
  readonly isOwnFetch: boolean
  url(path: Outgoing['path'], query?: Query): string
  headers(more?: Outgoing['headers']): Promise<Record<string, string>>
  /** The answer's status and headers; its body is not read. @throws AssetClientError for what is not a success */
  open(outgoing: Outgoing): Promise<Response>
  /** Reads the answer as JSON; nothing of a 204. */
  ask<T>(outgoing: Outgoing): Promise<T>
}

export function connect(options: ConnectionOptions): Connection {
  const base = String(options.baseUrl).replace(/\/+$/, '')
  const credentials = options.credentials ?? 'same-origin'
  const connection: Connection = {
    credentials,
    fetch: (input, init) => (options.fetch ?? fetch)(input, init),
    send: options.send,
    isOwnFetch: options.fetch !== undefined,
    url: (path, query = {}) => {
      const text = queryText(query)
      return [base, ...path.map(part => encodeURIComponent(part))].join('/') + (text && `?${text}`)
    },
    headers: async more => {
      const token = await resolved(options.token)
      const all = {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(await resolved(options.headers)),
        ...more,
      }
      return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
    },
    open: async ({ method, path, query, headers, body, signal }) => {
      signal?.throwIfAborted()
      const url = connection.url(path, query)
      const init: RequestInit = { method, headers: await connection.headers(headers), credentials, signal: signal ?? null }
      // The fetch standard demands it of streamed bodies: the answer is not awaited before the body's end.
      if (body !== undefined) Object.assign(init, body instanceof ReadableStream ? { body, duplex: 'half' } : { body })
      return guard(signal, async () => {
        const response = await connection.fetch(url, init)
        if (response.ok) return response
        throw errorOf(response.status, await response.text(), response.headers.get('retry-after'))
      })
    },
    ask: async outgoing => {
      const response = await connection.open(outgoing)
      return guard(outgoing.signal, async () =>
        parse({ status: response.status, text: await response.text(), header: name => response.headers.get(name) }),
      )
    },
  }
  return connection
}

/** JSON of a success. @throws AssetClientError for everything else */
export function parse<T>({ status, text, header }: BodyAnswer): T {
  if (status < 200 || status > 299) throw errorOf(status, text, header('retry-after'))
  if (text === '') return undefined as T
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AssetClientError('invalid_response', 'The API answered with something that is not JSON.', { status, cause })
  }
}

export function networkError(cause?: unknown): AssetClientError {
  return new AssetClientError('network', 'The API gave no answer.', { cause })
}

/** Lets aborts and our own errors pass; all else that fetch throws means that there was no answer. */
async function guard<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof AssetClientError ? error : networkError(error)
  }
}

function queryText(query: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) params.append(name, String(each))
  }
  return String(params)
}

function resolved<T extends string | object>(value: MaybeAsync<T> | undefined): T | Promise<T> | undefined {
  return typeof value === 'function' ? value() : value
}
