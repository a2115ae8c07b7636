import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Agent } from 'node:https'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@stowage/core/contracts'
import { Accounts, type ServiceAccount, strangerNamed } from './accounts.ts'
import { certificateFor } from './certificate.ts'
import type { Exchange } from './exchange.ts'
import { Faults, type GcsFault, type GcsRequest } from './faults.ts'
import { LoopbackAgent, loopbackFetch } from './loopback.ts'
import { ObjectStore } from './object-store.ts'
import { sendAnswer } from './send-answer.ts'
import { Service } from './service.ts'

export interface GcsServerOptions {
  /** Dates objects, signed URLs and forms. Tokens are dated by the system's clock, as the client library does. Default: the system's. */
  readonly clock?: Pick<Clock, 'now'>
  /** A rewrite copies so many bytes a call, as between locations. Default: all of them. */
  readonly rewriteBytesPerCall?: number
}

/** What `new Storage()` of `@google-cloud/storage` takes to reach the server. */
export interface GcsStorageOptions {
  readonly projectId: string
  readonly universeDomain: string
  readonly credentials: ServiceAccount
  readonly clientOptions: { readonly transporterOptions: { readonly agent: Agent } }
}

export interface GcsServer {
  /** Options for the client library, with an account that may do everything unless another is given. */
  storageOptions(credentials?: ServiceAccount): GcsStorageOptions
  /** Reaches URLs of the server; sends no credentials. */
  readonly fetch: typeof fetch
  /** Where it listens on this machine, and the certificate that it shows, for other processes. */
  readonly address: { readonly port: number; readonly certificate: string }
  /** Makes an empty bucket. */
  createBucket(name: string): void
  /** An account that the server knows and that may do nothing. */
  readonly powerless: ServiceAccount
  /** An account that the server does not know. */
  stranger(): ServiceAccount
  inject(fault: GcsFault): void
  /** Takes back every fault that is left. */
  heal(): void
  /** The last thousand requests. */
  readonly requests: readonly GcsRequest[]
  /** Resumable sessions and multipart uploads that were neither completed nor given up. */
  readonly unfinished: { readonly sessions: number; readonly multipart: number }
  /** Connections of `agent` and `fetch` that a request is using. */
  readonly busyConnections: number
  /** Puts a temporary hold on an object, which can then be neither deleted nor replaced. */
  hold(bucket: string, name: string): void
  /** Cuts an object's bytes short, behind the service's back. */
  damage(bucket: string, name: string, keepBytes: number): Promise<void>
  /** Changes an object's first byte, behind the service's back. */
  corrupt(bucket: string, name: string): Promise<void>
  close(): Promise<void>
}

const UNIVERSE = 'gcs.test'
const HOST = `storage.${UNIVERSE}`
const MAX_RECORDED = 1000

/**
 * A server that speaks Google Cloud Storage's JSON and XML API over TLS on this machine, for the real client library: tokens and V4
 * signatures are verified, and bytes lie in a temporary folder. Each file of its source names the public document that it follows.
 *
 * The library is led here by an agent, under the names of a universe domain of its own; no port, hosts file or resolver is touched.
 */
export async function gcsServer(options: GcsServerOptions = {}): Promise<GcsServer> {
  const now = () => options.clock?.now() ?? Date.now()
  const folder = await mkdtemp(join(tmpdir(), 'stowage-gcs-'))
  const accounts = new Accounts()
  const store = new ObjectStore(folder, now)
  const { rewriteBytesPerCall = Number.POSITIVE_INFINITY } = options
  const service = new Service({ store, accounts, now, rewriteBytesPerCall })
  const faults = new Faults()
  const requests: GcsRequest[] = []
  const certificate = certificateFor([HOST, `*.${HOST}`], Date.now())
  const server = createServer(certificate, (request, response) => {
    respond({ service, faults, requests }, request, response).catch((error: unknown) => {
      // A client that went away is no failure of the server; anything else must not pass unseen.
      if (!request.socket.destroyed) console.error('The GCS server failed:', error)
      request.socket.destroy()
    })
  })
  const port = await listening(server)
  const agent = new LoopbackAgent(port, certificate.cert)
  const almighty = accounts.add('almighty', true)
  return {
    storageOptions: (credentials = almighty) => ({
      projectId: 'test',
      universeDomain: UNIVERSE,
      credentials,
      clientOptions: { transporterOptions: { agent } },
    }),
    fetch: loopbackFetch(agent),
    address: { port, certificate: certificate.cert },
    createBucket: name => store.createBucket(name),
    powerless: accounts.add('powerless', false),
    stranger: () => strangerNamed('almighty').account,
    inject: fault => faults.inject(fault),
    heal: () => faults.heal(),
    requests,
    get unfinished() {
      return { sessions: service.sessions.unfinished, multipart: service.multipart.unfinished }
    },
    get busyConnections() {
      return agent.busy
    },
    hold(bucket, name) {
      const object = store.get(bucket, name)
      store.change(object, { ...object.said, temporaryHold: true })
    },
    damage: (bucket, name, keepBytes) => truncate(store.get(bucket, name).file, keepBytes),
    async corrupt(bucket, name) {
      const { file } = store.get(bucket, name)
      const bytes = await readFile(file)
      bytes[0] = (bytes[0] ?? 0) ^ 1
      await writeFile(file, bytes)
    },
    async close() {
      agent.destroy()
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

interface Parts {
  readonly service: Service
  readonly faults: Faults
  readonly requests: GcsRequest[]
}

async function respond({ service, faults, requests }: Parts, message: IncomingMessage, response: ServerResponse): Promise<void> {
  message.on('error', () => response.destroy())
  response.on('error', () => message.destroy())
  const exchange = exchangeOf(message)
  const seen = { method: exchange.method, path: decodeURIComponent(exchange.path), query: exchange.query }
  requests.push(seen)
  if (requests.length > MAX_RECORDED) requests.shift()
  const fault = faults.take(seen)
  if (fault === 'stall') return
  if (fault === 'reset') {
    message.socket.destroy()
  } else if (typeof fault === 'object' && fault !== null) {
    if (fault.done) await service.answer(exchange)
    message.resume()
    response.writeHead(fault.status, { 'content-type': 'text/plain' }).end(fault.body ?? 'injected')
  } else {
    const answer = await service.answer(exchange)
    if (fault === 'lose-answer') message.socket.destroy()
    else await sendAnswer(response, answer, fault === 'cut')
  }
}

/** @see https://cloud.google.com/storage/docs/request-endpoints: the bucket stands in the host or in the path */
function exchangeOf(message: IncomingMessage): Exchange {
  const { host = HOST } = message.headers
  const [, path = '/', search = ''] = /^([^?]*)\??(.*)$/s.exec(message.url ?? '/') ?? []
  const bucket = host.endsWith(`.${HOST}`) ? `/${host.slice(0, -HOST.length - 1)}` : ''
  return {
    method: message.method ?? 'GET',
    path: `${bucket}${path}`,
    signedPath: path,
    query: new URLSearchParams(search),
    headers: message.headers,
    body: message,
    origin: `https://${HOST}`,
  }
}
