// The fuzzed server: a process of its own, so that its crash, descriptors and memory are its own.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { fsStorage } from '@stowage/adapter-fs'
import type { Clock, Logger } from '@stowage/core'
import { signedObjects } from '@stowage/http'
import { closeGracefully, nodeHandler, prepareServer } from '@stowage/http/node'
import { expressAssets } from '@stowage/http-express'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import express, { type ErrorRequestHandler } from 'express'
import { fuzzedApis, spacesOf } from './apis.ts'
import { sweptAudit } from './audit.ts'
import type { FromServer, ToServer } from './messages.ts'

/** How long a client may say nothing in the middle of a body: short, so that many can be tried. */
const IDLE_MS = 3000

const tell = (message: FromServer): void => void process.send?.(message)
const fault = (what: string, details: unknown): void =>
  tell({ type: 'fault', what, details: typeof details === 'string' ? details : inspect(details, { depth: 5 }) })

process.on('unhandledRejection', reason => fault('unhandled rejection', reason))
process.on('uncaughtExceptionMonitor', error => fault('uncaught exception', error))
process.on('warning', warning => fault('warning of Node', warning))

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Name a folder.')
const root = join(folder, 'objects')
let ahead = 0
const clock: Clock = {
  now: () => Date.now() + ahead,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs).unref()
    return () => clearTimeout(timer)
  },
}
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, details) => fault(`warning in the log: ${message}`, details),
  error: (message, details) => fault(`error in the log: ${message}`, details),
}
// Links of its own are what its clients put bytes to: the host in them means nothing.
const storage = fsStorage({
  root,
  clock,
  signing: { secret: 'fuzz'.repeat(10), baseUrl: 'http://localhost/objects' },
})
const metadata = sqliteMetadata({ file: join(folder, 'assets.db') })
const { stowage, assets, session } = await fuzzedApis({ storage, metadata, clock, logger })

const objects = signedObjects(storage, { path: '/objects', logger })

/** What an application has beside the APIs. */
const failed: ErrorRequestHandler = (error: { status?: number }, _req, res, next) => {
  const { status = 500 } = error
  if (status >= 500) fault('Express was given an error', error)
  if (res.headersSent) next(error)
  else res.status(status).json({ error: 'The request is not valid.' })
}
const app = express().disable('x-powered-by')
app.use(expressAssets(assets), expressAssets(session), expressAssets(objects))
app.get('/ping', (_req, res) => void res.send('pong'))
app.use(failed)

const [plain, signed] = [nodeHandler(assets), nodeHandler(objects)]
const servers = [
  createServer(app),
  createServer((req, res) => (req.url === '/ping' ? void res.end('pong') : signed(req, res, () => plain(req, res)))),
] as const
const ports = await Promise.all(servers.map(listen))
tell({ type: 'listening', ports: [ports[0] ?? 0, ports[1] ?? 0] })

async function listen(server: Server): Promise<number> {
  prepareServer(server, { idleTimeoutMs: IDLE_MS, graceMs: IDLE_MS })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function answer(message: ToServer): Promise<void> {
  if (message.type === 'state') {
    // What is in use, not what waits to be collected.
    globalThis.gc?.()
    const { rss, heapUsed } = process.memoryUsage()
    tell({ type: 'state', rssBytes: rss, heapBytes: heapUsed })
  } else if (message.type === 'audit') {
    const places = { stowage, storage, metadata, root, spaces: spacesOf }
    const report = await sweptAudit(places, ms => {
      ahead += ms
    })
    tell({ type: 'audited', report })
  } else if (message.type === 'forward') {
    ahead += message.ms
    tell({ type: 'forwarded' })
  } else {
    await Promise.all(servers.map(server => closeGracefully(server)))
    await stowage.close()
    process.disconnect()
  }
}

process.on('message', message => {
  answer(message as ToServer).catch(error => fault('the server could not answer its tester', error))
})
// Nothing outlives its tester.
process.on('disconnect', () => setTimeout(() => process.exit(1), 10_000).unref())
