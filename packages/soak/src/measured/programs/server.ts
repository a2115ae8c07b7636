// A server as an application has it, in a process of its own, so that its memory and descriptors are its own.
import { openSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { fsStorage } from '@stowage/adapter-fs'
import { type Clock, createStowage, defineKind, type Logger, ownerOnly, type StorageAdapter } from '@stowage/core'
import { assetApi, bearer, defineProfile } from '@stowage/http'
import { closeGracefully, prepareServer } from '@stowage/http/node'
import { expressAssets } from '@stowage/http-express'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import express from 'express'
import { sweptAudit } from '../../fuzz/server/audit.ts'
import { BASE_PATH, type Order, type Report, type ServerOptions, TOKEN } from '../messages.ts'

const GiB = 1024 ** 3

const options = JSON.parse(process.argv[2] ?? '') as ServerOptions
const tell = (report: Report): void => void process.send?.(report)
const fault = (what: string, details: unknown): void => tell({ said: 'fault', what: `${what}: ${inspect(details)}` })
process.on('unhandledRejection', reason => fault('unhandled rejection', reason))
process.on('uncaughtExceptionMonitor', error => fault('uncaught exception', error))
process.on('warning', warning => fault('warning of Node', warning))

let aheadMs = 0
const clock: Clock = {
  now: () => Date.now() + aheadMs,
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
const root = join(options.folder, 'objects')
const storage = flawed(fsStorage({ root, clock }))
const metadata = sqliteMetadata({ file: join(options.folder, 'assets.db') })
const kind = defineKind({ name: 'file', limits: { maxBytes: 8 * GiB }, policy: ownerOnly() })
const stowage = await createStowage({ storage, metadata, clock, logger, kinds: [kind] })
const authenticate = bearer(new Map([[TOKEN, { id: 'alice' }]]))

const app = express().disable('x-powered-by')
if (options.flaw === 'leaves files open') {
  app.use((_req, _res, next) => {
    openSync(join(options.folder, 'assets.db'), 'r')
    next()
  })
}
app.use(expressAssets(assetApi(stowage, defineProfile(kind, { basePath: BASE_PATH, authenticate }))))
const server = createServer(app)
prepareServer(server, options.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: options.idleTimeoutMs })
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
tell({ said: 'listening', port: (server.address() as AddressInfo).port })

function flawed(sound: StorageAdapter): StorageAdapter {
  if (options.flaw !== 'collects') return sound
  return {
    ...sound,
    async put(key, body, put) {
      if (body instanceof Uint8Array) return sound.put(key, body, put)
      const chunks: Uint8Array[] = []
      for await (const chunk of body) chunks.push(chunk)
      return sound.put(key, Buffer.concat(chunks), put)
    },
  }
}

async function obey({ order, ...what }: { order: number } & Order): Promise<void> {
  if (what.do === 'state') {
    // What is in use, not what waits to be collected; buffers go once their finalisers have run.
    for (let pass = 0; pass < 3; pass++) {
      globalThis.gc?.()
      await new Promise(resolve => setImmediate(resolve))
    }
    tell({ said: 'state', order, memory: process.memoryUsage() })
  } else if (what.do === 'audit') {
    const report = await sweptAudit({ stowage, storage, metadata, root, spaces: { file: [''] } }, ms => {
      aheadMs += ms
    })
    tell({ said: 'audited', order, report })
  } else {
    await closeGracefully(server)
    await stowage.close()
    process.disconnect()
  }
}

process.on('message', message => {
  obey(message as { order: number } & Order).catch(error => fault('an order failed', error))
})
// Nothing outlives its tester.
process.on('disconnect', () => setTimeout(() => process.exit(1), 10_000).unref())
