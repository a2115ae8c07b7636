import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import type { MetadataStore, PresignedRequest, StorageAdapter } from '@stowage/core/contracts'
import { signedObjects } from '@stowage/http'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock, memoryMetadata, withFaults, withMetadataFaults } from '@stowage/testkit'
import { expect, onTestFinished } from 'vitest'
import type { Assets } from '../src/lib/assets/interface/assets.ts'
import { createStowage } from '../src/lib/composition/create-stowage.ts'
import type { StowageOptions } from '../src/lib/composition/options.ts'
import { ownerOnly } from '../src/lib/policy/ready-made.ts'
import { readAll } from './open-stowage.ts'
import { type Sender, signedMemory } from './signed-memory.ts'

/** The last one takes no part of less than 1000 bytes but the last. */
export type Place = 'disk' | 'memory' | 'memory without copies' | 'memory in least parts'
export const PLACES: readonly Place[] = ['disk', 'memory', 'memory without copies']

export const MIB = 1024 * 1024
export const DAY = 24 * 60 * 60 * 1000
export const alice = { id: 'alice' }
export const bob = { id: 'bob' }

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** A Stowage whose storage takes files from others: a real disk whose URLs are answered, or memory with every way of signing; on a real database. */
export async function openDirect(
  place: Place,
  { rowsInMemory = false, ...options }: StowageOptions & { readonly rowsInMemory?: boolean } = {},
) {
  const isInMemory = rowsInMemory && place !== 'disk'
  const root = isInMemory ? '' : await mkdtemp(join(tmpdir(), 'stowage-direct-'))
  if (!isInMemory) onTestFinished(() => rm(root, { recursive: true, force: true }))
  const clock = fakeClock({ now: Date.UTC(2026, 0, 1) })
  const { plain, send } = place === 'disk' ? signedDisk(root, clock) : signedRam(clock, place)
  const storage = withFaults(plain)
  const events: string[] = []
  const warned: string[] = []
  const open = async (more: StowageOptions = {}) => {
    const metadata = withMetadataFaults<MetadataStore>(
      rowsInMemory ? memoryMetadata() : sqliteMetadata({ file: join(root, 'assets.db') }),
    )
    const stowage = await createStowage({
      storage: Object.assign(Object.create(storage), { close: undefined }) as StorageAdapter,
      metadata,
      clock,
      logger: { ...silent, warn: text => void warned.push(text) },
      events: { emit: ({ type }) => events.push(type) },
      policy: ownerOnly(),
      workers: false,
      ...options,
      ...more,
      ...(place === 'memory in least parts' && { resumable: { partBytes: 30_000, ...options.resumable, ...more.resumable } }),
    })
    onTestFinished(() => stowage.close())
    return { stowage, metadata }
  }
  onTestFinished(async () => plain.close?.())
  const { stowage, metadata } = await open()
  const keys = async (): Promise<string[]> => (await plain.list()).objects.map(({ key }) => key)
  const unfinished = async (): Promise<number> => {
    let count = 0
    for await (const _ of plain.unfinished?.list() ?? []) count += 1
    return count
  }
  return { stowage, metadata, open, storage, plain, clock, events, warned, send, keys, unfinished }
}

export type DirectWorld = Awaited<ReturnType<typeof openDirect>>

function signedDisk(root: string, clock: ReturnType<typeof fakeClock>): { plain: StorageAdapter; send: Sender['send'] } {
  const signing = { secret: 'a secret of at least 32 characters', baseUrl: 'https://files.example.com/objects' }
  const plain = fsStorage({ root: join(root, 'objects'), clock, signing })
  const api = signedObjects(plain, { path: '/objects', logger: silent })
  const send = async ({ url, method, headers }: PresignedRequest, bytes: Uint8Array): Promise<void> => {
    const response = await api.fetch(new Request(url, { method, headers: { ...headers }, body: Uint8Array.from(bytes) }))
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  }
  return { plain, send }
}

function signedRam(clock: ReturnType<typeof fakeClock>, place: Place): { plain: StorageAdapter; send: Sender['send'] } {
  const minPartBytes = place === 'memory in least parts' ? 1000 : 1
  const plain = signedMemory(clock, { copies: place !== 'memory without copies', minPartBytes })
  return { plain, send: plain.send }
}

/** Sends a begun upload's bytes, in as many pieces as it wants. */
export async function sendAll(
  { send }: Pick<DirectWorld, 'send'>,
  assets: Assets,
  upload: Awaited<ReturnType<Assets['beginUpload']>>,
  bytes: Uint8Array,
): Promise<void> {
  if (upload.request) return send(upload.request, bytes)
  const { partBytes, partCount } = upload
  if (partBytes === null || partCount === null) throw new Error('It takes no bytes.')
  const numbers = Array.from({ length: partCount }, (_, i) => i + 1)
  for (const { partNumber, request } of await assets.presignParts(upload.id, numbers)) {
    await send(request, bytes.subarray((partNumber - 1) * partBytes, partNumber * partBytes))
  }
}

export async function bytesOf(assets: Assets, id: string | number): Promise<Buffer> {
  return readAll((await (await assets.content({ id })).open()).body)
}

/** After everything has ended and expired: what is there belongs to ready assets, and nothing else is left anywhere. */
export async function expectNothingLeft(
  { stowage, metadata, clock, keys, unfinished }: DirectWorld,
  assets: number,
): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await clock.advance(2 * DAY)
    await stowage.sweep()
  }
  expect(await keys()).toHaveLength(assets)
  expect(await unfinished()).toBe(0)
  expect(await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
  expect(await metadata.listExpiredUploads(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
  expect(await metadata.listDueJobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
  expect(await metadata.getReserved('asset', '', 0)).toEqual({ bytes: 0, count: 0 })
  expect((await metadata.getUsage('asset', '')).count).toBe(assets)
  expect(await stowage.audit({ graceMs: 0, overdueMs: 0, verify: 'digest' })).toMatchObject({ complete: true, total: 0 })
}
