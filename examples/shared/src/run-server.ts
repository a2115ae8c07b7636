import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeGracefully, type NodeHandler, prepareServer } from '@stowage/http/node'

/** Of the 5 s that it may take, the rest is for closing what lies behind. */
const STOP_WITHIN_MS = 4000

/** What a server knows once it has a port. */
export interface Ground {
  readonly env: NodeJS.ProcessEnv
  readonly publicUrl: string
}

export interface Opened {
  readonly listener: NodeHandler
  close(): Promise<void>
}

/**
 * Runs a server on PORT, and says so on standard output once it is open. Ends on SIGTERM or SIGINT, when the requests in flight have ended.
 * @param open makes what answers; requests that come meanwhile wait for it
 */
export async function runServer(name: string, open: (ground: Ground) => Promise<Opened>): Promise<void> {
  const { env } = process
  const { promise: app, resolve: ready } = Promise.withResolvers<NodeHandler>()
  const server = createServer((req, res) => void app.then(listener => listener(req, res)))
  prepareServer(server)
  const port = await listen(server, readPort(env.PORT))
  const opened = await open({ env, publicUrl: env.PUBLIC_URL ?? `http://localhost:${port}` })
  ready(opened.listener)
  process.stdout.write(`${name} listening on http://localhost:${port}\n`)
  await stopSignal()
  await closeGracefully(server, { timeoutMs: STOP_WITHIN_MS })
  await opened.close()
}

function readPort(text = '3000'): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new Error(`PORT=${text} is no port: give a number from 0 (any free port) to 65535.`)
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, resolve)
  await promise
  return (server.address() as AddressInfo).port
}

function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}
