import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { createServer } from 'node:net'
import type { S3Server } from '@stowage/servers'
import { s3Server } from '@stowage/servers'
import { type StorageFixture, storageConformance } from '@stowage/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { s3Storage } from '../src/index.ts'
import { type Bucket, newBucket } from './bucket.ts'
import { type FaultProxy, faultProxy } from './fault-proxy.ts'

const MIB = 1024 * 1024
const server = await s3Server()
let proxy: FaultProxy
beforeAll(async () => {
  if (server) proxy = await faultProxy(server.endpoint)
})
afterAll(() => proxy?.close())

async function create(prefix: string): Promise<StorageFixture> {
  assert.ok(server)
  const bucket = await newBucket(server)
  const agent = new Agent({ keepAlive: true })
  const options = { ...bucket.options, prefix, partBytes: 5 * MIB, http: { httpAgent: agent } }
  const storage = s3Storage({ ...options, endpoint: proxy.url })
  const second = s3Storage({ ...options, client: bucket.client })
  await storage.open()
  return {
    storage,
    second,
    fetch,
    partBytes: 5 * MIB,
    openResources: () => inUse(agent),
    damage: async () => proxy.cutAnswers(),
    holdFast: key => bucket.hold(prefix + key),
    outOfOrder: outOfOrder(server, bucket),
    async inspect() {
      assert.deepEqual(await bucket.unfinished(), [], 'uploads in parts that nobody ended')
    },
    async close() {
      await storage.close()
      await bucket.remove()
    },
  }
}

/** Sockets that a request is under way on. One that was let go is closed a moment later. */
async function inUse(agent: Agent): Promise<number> {
  const count = () => Object.values(agent.sockets).reduce((sum, sockets = []) => sum + sockets.length, 0)
  for (let i = 0; i < 100 && count() > 0; i += 1) await new Promise(resolve => setImmediate(resolve))
  return count()
}

function outOfOrder({ nobody }: S3Server, { options }: Bucket): NonNullable<StorageFixture['outOfOrder']> {
  return {
    missingPlace: async () => s3Storage({ ...options, bucket: `${options.bucket}-none` }),
    wrongCredentials: async () =>
      s3Storage({ ...options, credentials: { accessKeyId: 'nonesuch', secretAccessKey: 'nonesuch' } }),
    noPermission: nobody ? async () => s3Storage({ ...options, credentials: nobody }) : 'the server has no such user',
    unreachable: async () => s3Storage({ ...options, endpoint: await closedPort(), maxAttempts: 2 }),
    stalled: async () => s3Storage({ ...options, endpoint: await silent(), maxAttempts: 1, timeoutMs: 500 }),
  }
}

async function closedPort(): Promise<string> {
  const listening = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => listening.once('listening', resolve))
  const { port } = listening.address() as { port: number }
  await new Promise(resolve => listening.close(resolve))
  return `http://127.0.0.1:${port}`
}

async function silent(): Promise<string> {
  const listening = createServer(socket => socket.on('error', () => undefined).resume()).unref()
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as { port: number }).port}`
}

/** Rows with large bodies or a thousand objects: half of what the whole suite costs. */
const COSTLY = /^S(?:15|17|37|47|50|64) /

export function conformance(which: 'costly' | 'others'): void {
  storageConformance(
    { name: `s3Storage on ${server?.version}`, create: () => create('') },
    {
      describe: (name, define) => describe.skipIf(server === null)(name, define),
      it: (name, run) => (which === 'costly') === COSTLY.test(name) && it(name, run, 300_000),
    },
  )
}
