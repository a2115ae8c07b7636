import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { OpenedUrl, UrlImporter } from '@stowage/core/contracts'
import { isPublicAddress, type PinnedAddress, type UrlImporterOptions, urlImporter } from '@stowage/url-import'
import { onTestFinished } from 'vitest'

/** Stands for a public address. */
export const PUBLIC = '127.0.0.2'
/** Stands for a private one. */
export const PRIVATE = '127.0.0.3'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
/** Of `public.example` and 127.0.0.2. */
export const certificate = fixture('origin.pem')

const names: Readonly<Record<string, readonly string[]>> = {
  'public.example': [PUBLIC],
  'private.example': [PRIVATE],
  'both.example': [PUBLIC, PRIVATE],
  'cloud.example': ['169.254.169.254'],
}

/** An importer whose connections can't leave the machine, and all that it asked for. */
export function guarded(options: UrlImporterOptions = {}) {
  const connects: string[] = []
  const asked: string[] = []
  const sockets: Socket[] = []
  const importer = urlImporter({
    refusalMs: 0,
    mayConnect: address => address === PUBLIC || isPublicAddress(address),
    resolve: async name => {
      asked.push(name)
      return names[name] ?? []
    },
    connect: to => {
      connects.push(`${to.address}:${to.port}`)
      const socket = onlyLoopback(to)
      sockets.push(socket)
      return socket
    },
    ...options,
  })
  return { importer, connects, asked, sockets }
}

function onlyLoopback({ address, port }: PinnedAddress): Socket {
  if (!address.startsWith('127.')) throw new Error(`The test would have connected to ${address}.`)
  return connect(port, address)
}

/** An origin on one of the two addresses. */
export async function origin(listener: RequestListener, { address = PUBLIC, port = 0, tls = false } = {}) {
  const server = tls ? createTlsServer({ cert: certificate, key: fixture('origin.key') }, listener) : createServer(listener)
  return await listening(server, address, port)
}

/** An origin that is no HTTP server: each connection gets what `serve` writes. */
export async function rawOrigin(serve: (socket: Socket) => void, { address = PUBLIC, port = 0 } = {}) {
  const server = createTcpServer(socket => {
    socket.on('error', () => undefined)
    socket.resume()
    serve(socket)
  })
  return await listening(server, address, port)
}

async function listening(server: Server, address: string, port: number) {
  const open = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(port, address, () => resolve()))
  onTestFinished(async () => {
    for (const socket of open) socket.destroy()
    await new Promise<unknown>(resolve => server.close(resolve))
  })
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    get open() {
      return open.size
    },
  }
}

export async function read({ body }: Pick<OpenedUrl, 'body'>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export const MAX_BYTES = 1_000_000

/** Opens and reads to the end. */
export async function take(importer: UrlImporter, url: string, maxBytes = MAX_BYTES): Promise<Buffer> {
  return read(await importer.open(url, { maxBytes }))
}

/** What an import ends with. */
export async function failureOf(importer: UrlImporter, url: string, maxBytes = MAX_BYTES) {
  const failure: unknown = await take(importer, url, maxBytes).then(
    bytes => new Error(`${bytes.length} bytes were imported.`),
    error => error,
  )
  const { code, message, cause } = failure as { code?: string; message: string; cause?: Error }
  return { code, message, reason: cause?.message }
}
