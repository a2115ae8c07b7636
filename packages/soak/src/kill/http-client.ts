import { Agent, request as nodeRequest } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { BASE_PATH, TOKEN } from './protocol.ts'
import { type Ending, ServerGone } from './server-process.ts'

const END_WITHIN_MS = 20_000
const CHUNK_BYTES = 64 * 1024

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export interface RequestOptions {
  readonly body?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
  /** Sends this much of the body, and then no more until the server has gone. */
  readonly hangAfterBytes?: number
}

export interface HttpClient {
  /** @param path relative to the API's base path, or absolute @throws ServerGone when the server died of it */
  send(method: string, path: string, options?: RequestOptions): Promise<Answer>
  close(): void
}

/** Speaks to one server process. A connection that breaks while the server lives is an error. */
export function httpClient(server: { readonly port: number; readonly ended: Promise<Ending> }): HttpClient {
  const agent = new Agent({ keepAlive: true })
  return {
    async send(method, path, options = {}) {
      try {
        return await exchange({ agent, port: server.port }, method, absolute(path), options)
      } catch (error) {
        const ending = await Promise.race([server.ended, wait(END_WITHIN_MS, 'alive', { ref: false })])
        if (ending === 'crashed' || ending === 'killed') throw new ServerGone('The server process ended.', { cause: error })
        throw new Error(`${method} ${path} broke off, and the server is ${ending}.`, { cause: error })
      }
    },
    close: () => agent.destroy(),
  }
}

function absolute(path: string): string {
  if (path.startsWith('/')) return path
  return path === '' || path.startsWith('?') ? `${BASE_PATH}${path}` : `${BASE_PATH}/${path}`
}

function exchange(
  { agent, port }: { agent: Agent; port: number },
  method: string,
  path: string,
  { body, headers = {}, hangAfterBytes }: RequestOptions,
): Promise<Answer> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return new Promise((resolve, reject) => {
    const length: Record<string, string> = bytes ? { 'content-length': String(bytes.byteLength) } : {}
    const request = nodeRequest({
      agent,
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: { authorization: `Bearer ${TOKEN}`, ...length, ...headers },
    })
    request.on('error', reject)
    request.on('response', response => {
      const chunks: Buffer[] = []
      response.on('error', reject)
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      })
    })
    if (!bytes || bytes.byteLength <= CHUNK_BYTES) request.end(bytes)
    else void sendChunks(request, bytes, hangAfterBytes ?? bytes.byteLength)
  })
}

/** In several writes, each once there is room, so that the server sees the body arrive. */
async function sendChunks(request: ReturnType<typeof nodeRequest>, bytes: Uint8Array, count: number): Promise<void> {
  for (let at = 0; at < count; at += CHUNK_BYTES) {
    const hasRoom = request.write(bytes.subarray(at, Math.min(at + CHUNK_BYTES, count)))
    if (!hasRoom) await room(request)
    if (request.destroyed) return
  }
  if (count === bytes.byteLength) request.end()
}

function room(request: ReturnType<typeof nodeRequest>): Promise<void> {
  return new Promise(resolve => {
    const go = (): void => {
      request.off('drain', go).off('close', go)
      resolve()
    }
    request.on('drain', go).on('close', go)
  })
}
