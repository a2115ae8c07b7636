import { randomUUID } from 'node:crypto'
import { Storage } from '@google-cloud/storage'
import { type StorageFixture, storageConformance, type TestRunner } from '@stowage/testkit'
import { describe, it } from 'vitest'
import { gcsStorage } from '../src/index.ts'

const bucket = process.env.GCS_TEST_BUCKET

/** A prefix of its own for each row, emptied at the end. Credentials are the environment's. */
async function create(name: string, client: Storage): Promise<StorageFixture> {
  const options = { bucket: name, prefix: `stowage-test/${randomUUID()}/`, storage: client, partBytes: 1024 * 1024 }
  const [storage, second] = [gcsStorage(options), gcsStorage(options)]
  await storage.open()
  return {
    storage,
    second,
    fetch,
    outOfOrder: { missingPlace: async () => gcsStorage({ ...options, bucket: `${name}-${randomUUID()}` }) },
    async holdFast(key) {
      await client.bucket(name).file(`${options.prefix}${key}`).setMetadata({ temporaryHold: true })
    },
    async close() {
      for await (const write of storage.unfinished.list()) await storage.unfinished.remove(write)
      await client
        .bucket(name)
        .deleteFiles({ prefix: options.prefix, force: true })
        .catch(() => release(client, name, options.prefix))
    },
  }
}

/** Takes the holds off what is left, and deletes it. */
async function release(client: Storage, name: string, prefix: string): Promise<void> {
  const [files] = await client.bucket(name).getFiles({ prefix })
  for (const file of files) {
    await file.setMetadata({ temporaryHold: false })
    await file.delete()
  }
}

if (bucket === undefined) it.skip('the suite on a real bucket: set GCS_TEST_BUCKET to an empty bucket, and have credentials')
else {
  const client = new Storage()
  const runner: TestRunner = { describe, it: (title, run) => it(title, run, 600_000) }
  storageConformance({ name: `gcsStorage on ${bucket}`, create: () => create(bucket, client) }, runner)
}
