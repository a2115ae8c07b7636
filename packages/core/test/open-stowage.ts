import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import type { AssetEvent, Logger, MetadataStore, StorageAdapter } from '@stowage/core/contracts'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { onTestFinished } from 'vitest'
import { createStowage } from '../src/lib/composition/create-stowage.ts'
import type { StowageOptions } from '../src/lib/composition/options.ts'

/** A Stowage on a real disk and a real database in a folder of its own, with a clock that stands until it is moved. */
export async function openStowage(options: StowageOptions & Places = {}) {
  const { wrapStorage = same, wrapMetadata = same, at, ...rest } = options
  const root = at ?? (await mkdtemp(join(tmpdir(), 'stowage-core-')))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const clock = fakeClock()
  const events: AssetEvent[] = []
  const logged: [string, object | undefined][] = []
  const note = (message: string, details?: object): void => void logged.push([message, details])
  const logger: Logger = { debug: () => undefined, info: () => undefined, warn: note, error: note }
  const storage = wrapStorage(fsStorage({ root: join(root, 'objects'), clock }))
  const metadata = wrapMetadata(sqliteMetadata({ file: join(root, 'assets.db'), threads: false }))
  const stowage = await createStowage({
    storage,
    metadata,
    clock,
    logger,
    events: { emit: event => events.push(event) },
    workers: false,
    ...rest,
  })
  onTestFinished(() => stowage.close())
  /** Every key in storage. */
  const keys = async (): Promise<string[]> => (await storage.list()).objects.map(object => object.key)
  return { stowage, clock, events, logged, storage, metadata, root, keys }
}

interface Places {
  /** The folder of one that was opened before. */
  readonly at?: string
  readonly wrapStorage?: (storage: StorageAdapter) => StorageAdapter
  readonly wrapMetadata?: (metadata: MetadataStore) => MetadataStore
}

const same = <T>(value: T): T => value

export async function* chunked(bytes: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

export async function readAll(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  if (body) for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
