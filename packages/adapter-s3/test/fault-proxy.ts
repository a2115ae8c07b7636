import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is done to one request. `pass`: nothing. */
export type Fault =
  | { readonly type: 'pass' }
  /** Never reaches the server. */
  | { readonly type: 'reset' }
  | { readonly type: 'stall' }
  | { readonly type: 'answer'; readonly status: number; readonly body?: string }
  /** Is done by the server; its answer does not arrive. */
  | { readonly type: 'lose' }
  /** Is done by the server; another answer arrives. */
  | { readonly type: 'replace'; readonly status: number; readonly body: string }
  /** A byte of the body is another one when it arrives. */
  | { readonly type: 'alter' }
  /** The answer ends after so many bytes, or stands still there. */
  | { readonly type: 'cut' | 'hang'; readonly afterBytes: number }

/** What a rule sees of a request. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
}

export interface FaultProxy {
  readonly url: string
  /** Asked for each request, in order. Null: nothing is done to it. */
  rule: ((seen: Seen) => Fault | null) | null
  /** `METHOD path?names` of each request since `forget`. */
  readonly log: string[]
  /** Breaks each connection that an answer is under way on. */
  cutAnswers(): void
  close(): Promise<void>
}

/** Stands before the real server and does what networks and services do. The host that was signed is passed on. */
export async function faultProxy(target: string): Promise<FaultProxy> {
  const answering = new Set<ServerResponse>()
  const proxy = {
    url: '',
    rule: null as FaultProxy['rule'],
    log: [] as string[],
    cutAnswers() {
      for (const response of answering) response.destroy()
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    const seen = seenOf(incoming)
    proxy.log.push(`${seen.method} ${seen.path}?${[...seen.query.keys()].filter(name => !name.startsWith('X-Amz')).join('&')}`)
    const fault = proxy.rule?.(seen) ?? { type: 'pass' as const }
    incoming.on('error', () => undefined)
    response.on('error', () => undefined).on('close', () => answering.delete(response))
    if (fault.type === 'reset') return void incoming.socket.resetAndDestroy()
    if (fault.type === 'stall') return
    if (fault.type === 'answer') return void incoming.resume().on('end', () => response.writeHead(fault.status).end(fault.body))
    forward(target, { incoming, response, fault, answering })
  })
  server.on('clientError', (_, socket) => socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return proxy
}

function seenOf({ method = '', url = '', headers }: IncomingMessage): Seen {
  const [path = '', query = ''] = url.split('?')
  return { method, path, query: new URLSearchParams(query), headers }
}

interface Exchange {
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly fault: Fault
  readonly answering: Set<ServerResponse>
}

function forward(target: string, { incoming, response, fault, answering }: Exchange): void {
  const { hostname, port } = new URL(target)
  const { method, url, rawHeaders: headers } = incoming
  const outgoing = request({ hostname, port, method, path: url, headers, setHost: false }, answer => {
    answer.on('error', () => response.destroy())
    if (fault.type === 'lose') return void answer.resume().on('end', () => response.destroy())
    if (fault.type === 'replace') return void answer.resume().on('end', () => response.writeHead(fault.status).end(fault.body))
    answering.add(response)
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    if (fault.type === 'cut' || fault.type === 'hang')
      stopAfter(fault.afterBytes, { answer, response, hang: fault.type === 'hang' })
    else answer.pipe(response)
  })
  outgoing.on('error', () => response.destroy())
  response.on('finish', () => incoming.unpipe().resume()) // The server may answer before it has read all.
  response.on('close', () => outgoing.destroy())
  if (fault.type === 'alter') incoming.on('data', (chunk: Buffer) => chunk.set([~(chunk[0] ?? 0)]))
  incoming.pipe(outgoing)
}

interface Stopped {
  readonly answer: IncomingMessage
  readonly response: ServerResponse
  readonly hang: boolean
}

function stopAfter(bytes: number, { answer, response, hang }: Stopped): void {
  let left = bytes
  answer.on('data', (chunk: Buffer) => {
    if (left <= 0) return
    response.write(chunk.subarray(0, left))
    left -= chunk.byteLength
    if (left > 0) return
    if (hang) answer.pause()
    else response.destroy()
  })
}
