import assert from 'node:assert/strict'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkedStorage } from '@stowage/core/contracts'
import { fakeClock, type StorageFixture, storageConformance, type TestRunner, withFaults } from '@stowage/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type FsStorage, fsStorage } from '../src/index.ts'
import { canHoldFiles, deny, holdFile } from './denied.ts'
import { signedServer } from './signed-server.ts'
import { openBelow, temporaryRoot } from './temporary-root.ts'

let current: FsStorage
let server: Awaited<ReturnType<typeof signedServer>>
beforeAll(async () => {
  server = await signedServer(() => current)
})
afterAll(() => server.close())

async function create(): Promise<StorageFixture> {
  const place = await temporaryRoot()
  const clock = fakeClock({ now: Date.now() })
  const options = { root: place.root, clock, signing: { secret: 's'.repeat(32), baseUrl: server.url } }
  const storage = fsStorage(options)
  const second = fsStorage(options)
  await storage.open()
  await second.open()
  await writeFile(join(place.folder, 'canary'), 'untouched')
  current = storage
  const missing = async () => fsStorage({ root: join(place.folder, 'none'), create: false })
  const restore: (() => Promise<void>)[] = []
  const undo = async () => {
    for (const step of restore.splice(0)) await step()
  }
  return {
    storage,
    second,
    clock,
    fetch,
    openResources: () => openBelow(place.folder),
    damage: (key, keepBytes) => truncate(join(place.root, key), keepBytes),
    ...(canHoldFiles && {
      async holdFast(key) {
        restore.push(await holdFile(join(place.root, key)))
      },
    }),
    outOfOrder: {
      missingPlace: missing,
      unreachable: missing,
      wrongCredentials: 'a disk asks for no credentials',
      stalled: 'a disk has no sockets',
      async noPermission() {
        restore.push(await deny(place.folder))
        return fsStorage(options)
      },
    },
    async inspect() {
      await undo()
      assert.deepEqual((await readdir(place.folder)).sort(), ['canary', 'root'])
      assert.deepEqual(await place.leftovers(), [])
      assert.equal(await openBelow(place.folder), 0, 'descriptors left open')
    },
    async close() {
      await undo()
      await storage.close()
      await second.close()
      await place.remove()
    },
  }
}

const runner: TestRunner = { describe, it: (name, run) => it(name, run, 120_000) }
storageConformance({ name: 'fsStorage', create }, runner)
storageConformance(
  { name: 'fsStorage through its wrappers', create, wrap: storage => checkedStorage(withFaults(storage)) },
  runner,
)
