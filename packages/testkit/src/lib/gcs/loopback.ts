import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import { Readable } from 'node:stream'

/** Connects to one port of this machine, whatever host a URL names, and trusts one certificate. */
export class LoopbackAgent extends Agent {
  readonly #port: number
  readonly #ca: string

  constructor(port: number, ca: string) {
    super({ keepAlive: true })
    this.#port = port
    this.#ca = ca
  }

  override createConnection(options: RequestOptions, callback?: (error: Error | null, socket: never) => void) {
    const servername = options.servername ?? options.host ?? ''
    return super.createConnection(
      { ...options, host: '127.0.0.1', port: this.#port, servername, ca: this.#ca },
      callback as never,
    )
  }

  /** Connections that a request is using. */
  get busy(): number {
    return Object.values(this.sockets).reduce((sum, sockets) => sum + (sockets?.length ?? 0), 0)
  }
}

/** `fetch` through such an agent, for whoever was given a signed URL. Bodies are not decoded, redirects not followed. */
export function loopbackFetch(agent: Agent): typeof fetch {
  return async (input, init) => {
    // Bytes go out as they are, anything else as `fetch` would send it.
    const bytes = init?.body instanceof Uint8Array ? init.body : null
    const request = new Request(input, bytes ? { ...init, body: null } : init)
    const body = bytes ?? Buffer.from(await request.arrayBuffer())
    const message = await sent(new URL(request.url), { agent, method: request.method, headers: headersOf(request, body) }, body)
    const headers = new Headers()
    for (const [name, value] of Object.entries(message.headers)) headers.set(name, String(value))
    const status = message.statusCode ?? 0
    const bodiless = request.method === 'HEAD' || status === 204 || status === 304
    if (bodiless) message.resume()
    const content = bodiless ? null : (Readable.toWeb(message) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>)
    return new Response(content, { status, headers })
  }
}

function headersOf(request: Request, body: Uint8Array): Record<string, string> {
  const length = body.byteLength > 0 || ['PUT', 'POST'].includes(request.method)
  return { ...Object.fromEntries(request.headers), ...(length && { 'content-length': String(body.byteLength) }) }
}

function sent(url: URL, options: RequestOptions, body: Uint8Array): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...options, host: url.hostname, path: `${url.pathname}${url.search}` })
    request.on('error', reject)
    request.on('response', resolve)
    request.end(body)
  })
}
