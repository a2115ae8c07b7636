import assert from 'node:assert/strict'
import { readdir, readlink, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { type OutOfOrder, type StorageFixture, storageConformance, type TestRunner } from '@stowage/testkit'
import { describe, it } from 'vitest'
import type { BridgeOptions } from '../src/index.ts'
import { parseName } from '../src/lib/names.ts'
import { answering, type Change, sources, type TemporaryFolder, temporaryFolder } from './sources.ts'

type Make = (folder: string, options?: BridgeOptions, change?: Change) => ReturnType<(typeof sources)[string]>

async function fixture(make: Make): Promise<StorageFixture> {
  const place = await temporaryFolder()
  const [storage, second] = [make(place.folder), make(place.folder)]
  await storage.open()
  await second.open()
  let writers = 1
  return {
    storage,
    second: {
      ...second,
      put: (...call) => {
        writers = 2
        return second.put(...call)
      },
    },
    openResources: () => openBelow(place.folder),
    damage: (key, keepBytes) => damage(place, key, keepBytes),
    outOfOrder: outOfOrder((options, change) => make(place.folder, options, change)),
    async inspect() {
      // Two processes that overwrite one key at the same moment may leave the loser's chunks; they are found.
      if (writers > 1) for await (const write of storage.unfinished.list()) await storage.unfinished.remove(write)
      const unfinished = []
      for await (const write of storage.unfinished.list()) unfinished.push(write)
      assert.deepEqual(unfinished, [])
    },
    async close() {
      await place.remove()
    },
  }
}

function outOfOrder(make: (options: BridgeOptions, change: Change) => ReturnType<Make>): OutOfOrder {
  const failing = (facts: object) => async () =>
    make(
      {},
      answering(() => Promise.reject(Object.assign(new Error('no'), facts))),
    )
  return {
    missingPlace: failing({ name: 'NoSuchBucket' }),
    wrongCredentials: failing({ status: 401 }),
    noPermission: failing({ code: 'EACCES' }),
    unreachable: failing({ code: 'ECONNREFUSED' }),
    stalled: async () =>
      make(
        { timeoutMs: 300 },
        answering(() => new Promise<never>(() => undefined)),
      ),
  }
}

/** The first chunk is cut; those behind it are gone. */
async function damage({ files, folder }: TemporaryFolder, key: string, keepBytes: number): Promise<void> {
  for (const file of await files()) {
    const named = parseName(file)
    if (named?.type !== 'chunk' || named.key !== key) continue
    if (named.number === 0) await truncate(join(folder, file), keepBytes)
    else await rm(join(folder, file))
  }
}

async function openBelow(folder: string): Promise<number> {
  const fds = await readdir('/proc/self/fd')
  const targets = await Promise.all(fds.map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return targets.filter(target => target.startsWith(folder)).length
}

const runner: TestRunner = { describe, it: (name, run) => it(name, run, 300_000) }
for (const [name, make] of Object.entries(sources)) storageConformance({ name, create: () => fixture(make) }, runner)
