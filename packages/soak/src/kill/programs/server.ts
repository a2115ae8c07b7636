import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly, systemClock } from '@stowage/core'
import type { Clock } from '@stowage/core/contracts'
import { assetApi, bearer, signedObjects } from '@stowage/http'
import { closeGracefully, nodeHandler, prepareServer } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { createCrash } from '../crash.ts'
import {
  BASE_PATH,
  OBJECTS_PATH,
  type Order,
  type Report,
  type ServerOptions,
  TOKEN,
  UPLOADS_LIVE_MS,
  VERIFY_IN_JOB_BYTES,
} from '../protocol.ts'
import { storeMultipart } from '../store-multipart.ts'

const HOUR_MS = 60 * 60_000

// A server of assets that can be told to kill itself at a named point. Its parent speaks to it over the process channel.
const options = JSON.parse(process.argv[2] ?? '') as ServerOptions
const report = (message: Report): void => void process.send?.(message)
const time = movableClock(options.clockOffsetMs)
const { clock } = time
const disk = fsStorage({
  root: join(options.folder, 'objects'),
  clock,
  signing: { secret: 'a secret of at least 32 characters', baseUrl: `http://objects.example${OBJECTS_PATH}` },
  abandonedAfterMs: HOUR_MS,
  abandonedUploadsAfterMs: options.clockOffsetMs + options.abandonedPartsMs,
})
const crash = createCrash(
  {
    storage: disk,
    metadata: sqliteMetadata({ file: join(options.folder, 'assets.db'), threads: options.threads }),
  },
  () => report({ said: 'held' }),
)
if (options.crash) await crash.arm(options.crash)
const { storage, metadata } = crash
const stowage = await createStowage({
  storage,
  metadata,
  clock,
  policy: ownerOnly(),
  workers: options.workers,
  // Never used up, so that room is kept for each upload.
  quota: { bytes: 2 ** 40, count: 1_000_000 },
  directUploads: { verifyInJobBytes: VERIFY_IN_JOB_BYTES },
  timing: {
    // Longer than any downtime: clients repeat their requests after it.
    idempotencyMs: 30 * 24 * HOUR_MS,
    directMs: UPLOADS_LIVE_MS,
    directUrlMs: HOUR_MS / 2,
  },
})
const authenticate = bearer(new Map([[TOKEN, { id: 'alice' }]]))
const { openSignedRequest } = disk
if (!openSignedRequest) throw new Error('The disk signs nothing.')
const handleSigned = nodeHandler(signedObjects({ ...storage, openSignedRequest }, { path: OBJECTS_PATH, logger: console }))
const handleApi = nodeHandler(assetApi(stowage, { basePath: BASE_PATH, authenticate }))
// On Node's own server: a framework would be a sixth of each start.
const server = createServer((request, response) => {
  if (request.method !== 'GET') crash.answer(response)
  handleSigned(request, response, () => handleApi(request, response))
})
prepareServer(server)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
// Without its parent it would serve for ever.
process.on('disconnect', () => process.exit())
process.on('message', (message: { order: number } & Order) => void obey(server, message))
report({ said: 'listening', port: (server.address() as AddressInfo).port })

function movableClock(offsetMs: number): { clock: Clock; advance(ms: number): void } {
  const machine = systemClock()
  let offset = offsetMs
  return {
    clock: { now: () => machine.now() + offset, after: machine.after },
    advance(ms) {
      offset += ms
    },
  }
}

async function obey(listening: Server, { order, ...what }: { order: number } & Order): Promise<void> {
  try {
    if (what.do === 'stop') {
      await closeGracefully(listening)
      await stowage.close()
      process.disconnect()
    } else if (what.do === 'arm') {
      await crash.arm(what.plan)
      report({ said: 'armed', order })
    } else if (what.do === 'sweep') {
      time.advance(what.advanceMs)
      report({ said: 'swept', order, report: await stowage.sweep() })
    } else if (what.do === 'audit') {
      const { findings } = await stowage.audit({ verify: 'digest', graceMs: 0, overdueMs: 0 })
      report({ said: 'audited', order, findings: findings.map(({ type, message }) => `${type}: ${message}`) })
    } else {
      report({ said: 'stored', order, id: await storeMultipart({ storage, metadata, clock }, what) })
    }
  } catch (error) {
    report({ said: 'failed', order, message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}
