import type { IncomingMessage, ServerResponse } from 'node:http'
import { StowageError } from '@stowage/core/contracts'
import type { HttpRequest, RequestPlace } from '../request.ts'
import { announcesBody, requestBody } from './body.ts'

/** What routers of Node frameworks put on a request. */
export interface NodeRequest extends IncomingMessage {
  /** Path under which a router mounted the handler; `url` is then what follows it. */
  readonly baseUrl?: string
}

/** A native request as the api reads it: everything lazily, nothing copied. @param place where a framework's router found it to be */
export function fromNode(req: NodeRequest, res: ServerResponse, place?: RequestPlace): HttpRequest {
  return new RequestView(req, res, place)
}

// A class, for its getters: V8 gives each literal that has getters a hidden class of its own, which keeps the request from being
// collected young.
class RequestView implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly mountPath: string
  readonly body: HttpRequest['body']
  readonly remoteAddress: string | null
  readonly disposableChunks = true
  readonly takesLocalFiles = true
  readonly native: unknown
  readonly #req: NodeRequest
  readonly #res: ServerResponse
  readonly #queryString: string
  #query: URLSearchParams | null = null
  #signal: AbortSignal | null = null

  constructor(req: NodeRequest, res: ServerResponse, place: RequestPlace | undefined) {
    const { path, queryString } = splitTarget(req.url ?? '/')
    this.method = req.method ?? 'GET'
    this.path = place?.path ?? path
    this.mountPath = withoutAuthority(place?.mountPath ?? req.baseUrl ?? '')
    this.body = announcesBody(req) ? requestBody(req) : null
    this.remoteAddress = req.socket.remoteAddress ?? null
    this.native = place?.native ?? req
    this.#req = req
    this.#res = res
    this.#queryString = queryString
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#queryString)
    return this.#query
  }

  get signal(): AbortSignal {
    this.#signal ??= disconnectSignal(this.#res)
    return this.#signal
  }

  header(name: string): string | null {
    return joined(this.#req.headers[name])
  }

  headerLines(name: string): string[] {
    return headerLines(this.#req, name)
  }
}

// Two slashes in front would make a URL's authority of what is only a path.
function withoutAuthority(mountPath: string): string {
  return mountPath.startsWith('//') ? '' : mountPath
}

// Node's own `headers` keeps only the first of two Authorization lines; `headersDistinct` sorts all of them for the sake of one.
function headerLines({ rawHeaders, headers }: IncomingMessage, name: string): string[] {
  const lines: string[] = []
  if (headers[name] === undefined) return lines
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at] as string
    if (raw.length === name.length && raw.toLowerCase() === name) lines.push(rawHeaders[at + 1] as string)
  }
  return lines
}

function joined(value: string | string[] | undefined): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : value.join(', ')
}

/** Path and query of a request target, undecoded. RFC 9112 §3.2: it may be a whole URL, whose authority means nothing here. */
export function splitTarget(target: string): { readonly path: string; readonly queryString: string } {
  const relative = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]+/i, '')
  const mark = relative.indexOf('?')
  return mark === -1
    ? { path: relative, queryString: '' }
    : { path: relative.slice(0, mark), queryString: relative.slice(mark + 1) }
}

function disconnectSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController()
  const abort = () => {
    if (!res.writableFinished) controller.abort(new StowageError('aborted', 'The client closed the connection.'))
  }
  if (res.closed || res.destroyed) abort()
  else res.once('close', abort)
  return controller.signal
}
