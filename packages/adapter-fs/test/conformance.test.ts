import assert from 'node:assert/strict'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeClock, storageConformance } from '@stowage/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type FsStorage, fsStorage } from '../src/index.ts'
import { signedServer } from './signed-server.ts'
import { openBelow, temporaryRoot } from './temporary-root.ts'

let current: FsStorage
let server: Awaited<ReturnType<typeof signedServer>>
beforeAll(async () => {
  server = await signedServer(() => current)
})
afterAll(() => server.close())

storageConformance(
  {
    name: 'fsStorage',
    async create() {
      const place = await temporaryRoot()
      const clock = fakeClock({ now: Date.now() })
      const options = { root: place.root, clock, signing: { secret: 's'.repeat(32), baseUrl: server.url } }
      const storage = fsStorage(options)
      const second = fsStorage(options)
      await storage.open()
      await second.open()
      await writeFile(join(place.folder, 'canary'), 'untouched')
      current = storage
      return {
        storage,
        second,
        clock,
        fetch,
        openResources: () => openBelow(place.folder),
        damage: (key, keepBytes) => truncate(join(place.root, key), keepBytes),
        async inspect() {
          assert.deepEqual((await readdir(place.folder)).sort(), ['canary', 'root'])
          assert.deepEqual(await place.leftovers(), [])
          assert.equal(await openBelow(place.folder), 0, 'descriptors left open')
        },
        async close() {
          await storage.close()
          await second.close()
          await place.remove()
        },
      }
    },
  },
  { describe, it },
)
