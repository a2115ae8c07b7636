import assert from 'node:assert/strict'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeClock, type StorageFixture } from '@stowage/testkit'
import { type FsStorage, fsStorage } from '../src/index.ts'
import { canHoldFiles, deny, holdFile } from './denied.ts'
import { openBelow, temporaryRoot } from './temporary-root.ts'

export interface FixtureOptions {
  /** Of the server that answers signed URLs. */
  readonly baseUrl: string
  /** Told of the storage whose URLs it is to answer. */
  readonly onStorage: (storage: FsStorage) => void
  /** Under which a wrapper puts the keys. Default: none. */
  readonly prefix?: string
  /** Lets it write some files first, so that its thread is at work. Default false. */
  readonly atWork?: boolean
}

/** A storage in a folder of its own, for the conformance suite. */
export async function conformanceFixture({
  baseUrl,
  onStorage,
  prefix = '',
  atWork = false,
}: FixtureOptions): Promise<StorageFixture> {
  const place = await temporaryRoot()
  const clock = fakeClock({ now: Date.now() })
  const options = { root: place.root, clock, signing: { secret: 's'.repeat(32), baseUrl } }
  const storage = fsStorage(options)
  const second = fsStorage(options)
  await storage.open()
  await second.open()
  for (let i = 0; atWork && i < 4; i += 1) await storage.put('first', Buffer.from('x'))
  await storage.delete(['first'])
  await writeFile(join(place.folder, 'canary'), 'untouched')
  onStorage(storage)
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
    damage: (key, keepBytes) => truncate(join(place.root, prefix, key), keepBytes),
    ...(canHoldFiles && {
      async holdFast(key) {
        restore.push(await holdFile(join(place.root, prefix, key)))
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
