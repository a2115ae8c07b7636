import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AssetApi } from '@stowage/http'
import { closeGracefully, nodeHandler, prepareServer } from '@stowage/http/node'

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any
}

/** Sends one request; the path goes out exactly as it is written. */
export type Send = (path: string, sent?: Sent) => Promise<Answer>

export interface Transport {
  readonly name: string
  open(api: AssetApi): Promise<{ readonly send: Send; readonly port: number | null; close(): Promise<void> }>
}

export const transports: readonly Transport[] = [
  { name: 'node:http', open: api => listen(createServer(nodeHandler(api))) },
  {
    name: 'fetch',
    open: async api => ({ send: (path, sent) => sendByFetch(api, path, sent), port: null, close: async () => undefined }),
  },
]

export async function listen(server: Server) {
  prepareServer(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const send: Send = (path, sent) => sendByHttp(port, path, sent)
  return {
    send,
    port,
    async close() {
      await closeGracefully(server, { timeoutMs: 1000 })
    },
  }
}

export function sendByHttp(port: number, path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const req = request({ port, host: '127.0.0.1', path, method, headers: { ...length, ...headers }, agent: false }, res => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('error', reject)
      res.on('end', () => {
        const entries = Object.entries(res.headersDistinct).flatMap(([name, values]) =>
          (values ?? []).map(value => [name, value] as [string, string]),
        )
        resolve(answer(res.statusCode ?? 0, new Headers(entries), Buffer.concat(chunks)))
      })
    })
    req.on('error', reject)
    req.end(body)
  })
}

export async function sendByFetch(
  api: AssetApi,
  path: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Answer> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const init = { method, headers: { ...length, ...headers }, ...(body !== undefined && { body: body as BodyInit }) }
  const response = await api.fetch(new Request(`http://localhost${path}`, init))
  return answer(response.status, response.headers, Buffer.from(await response.arrayBuffer()))
}

function answer(status: number, headers: Headers, bytes: Buffer): Answer {
  const text = bytes.toString()
  return {
    status,
    headers,
    bytes,
    text,
    json: headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : undefined,
  }
}
