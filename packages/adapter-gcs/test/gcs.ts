import assert from 'node:assert/strict'
import { Storage } from '@google-cloud/storage'
import { fakeClock, type StorageFixture } from '@stowage/testkit'
import { type GcsServer, gcsServer, type ServiceAccount } from '@stowage/testkit/gcs'
import { type GcsStorageOptions, gcsStorage } from '../src/index.ts'

/** One server for many tests, each with a bucket of its own. */
export async function testServer() {
  // Ahead of the system: the client library signs nothing that its own clock calls past.
  const clock = fakeClock({ now: Date.now() + 60 * 60 * 1000 })
  const server = await gcsServer({ clock, rewriteBytesPerCall: 2_000_000 })
  let buckets = 0
  return {
    server,
    clock,
    newBucket(): string {
      buckets += 1
      const name = `bucket-${buckets}`
      server.createBucket(name)
      return name
    },
  }
}

export type TestServer = Awaited<ReturnType<typeof testServer>>

const clients = new WeakMap<GcsServer, Storage>()
function clientOf(server: GcsServer): Storage {
  const client = clients.get(server) ?? new Storage(server.storageOptions())
  clients.set(server, client)
  return client
}

/** Small blocks, so that medium bodies are sent in several. */
export function storageOn(server: GcsServer, bucket: string, more: Partial<GcsStorageOptions> = {}) {
  return gcsStorage({ bucket, storage: clientOf(server), partBytes: 2 * 1024 * 1024, tries: 3, ...more })
}

export async function fixtureOn(
  { server, clock, newBucket }: TestServer,
  more: Partial<GcsStorageOptions> = {},
): Promise<StorageFixture> {
  const bucket = newBucket()
  const options = { clock, ...more }
  const storage = storageOn(server, bucket, options)
  const second = storageOn(server, bucket, options)
  await storage.open()
  const calledBy = (account: () => ServiceAccount) => async () =>
    storageOn(server, bucket, { tries: 1, storage: new Storage(server.storageOptions(account())) })
  const afflicted = (does: 'stall' | 'reset') => async () => {
    server.inject({ does, times: Number.POSITIVE_INFINITY, when: ({ path }) => path.includes(bucket) })
    return storageOn(server, bucket, { tries: 2, timeoutMs: 900 })
  }
  const before = { ...server.unfinished }
  return {
    storage,
    second,
    clock,
    fetch: server.fetch,
    openResources: () => settled(server),
    damage: (key, keepBytes) => server.damage(bucket, `${more.prefix ?? ''}${key}`, keepBytes),
    holdFast: async key => server.hold(bucket, `${more.prefix ?? ''}${key}`),
    outOfOrder: {
      missingPlace: async () => storageOn(server, 'none-such'),
      wrongCredentials: calledBy(() => server.stranger()),
      noPermission: calledBy(() => server.powerless),
      unreachable: afflicted('reset'),
      stalled: afflicted('stall'),
    },
    async inspect() {
      server.heal()
      assert.equal(await settled(server), 0, 'connections left in use')
      assert.equal(server.unfinished.sessions, before.sessions, 'sessions left open')
    },
    async close() {
      server.heal()
      await storage.close()
      await second.close()
    },
  }
}

/** Connections are let go a moment after their reader was. */
async function settled(server: GcsServer): Promise<number> {
  for (let i = 0; i < 500 && server.busyConnections > 0; i += 1) await new Promise(resolve => setTimeout(resolve, 10))
  return server.busyConnections
}
