import { createHash } from 'node:crypto'
import {
  type AssetRecord,
  type AssetState,
  type BlobRecord,
  type Change,
  createStowage,
  defineKind,
  type IdStrategy,
  type Kind,
  type Logger,
  type MetadataStore,
  type Policy,
  type StorageAdapter,
  type StowageOptions,
} from '@stowage/core'
import { z } from 'zod'
import { lent } from '../lent.ts'
import { memoryMetadata } from '../metadata/memory-metadata.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import type { PolicyHarness, Scene, Stage } from './harness.ts'
import type { AssetPlan, World } from './world.ts'

const KINDS = ['first', 'second'] as const
const STATES: readonly AssetState[] = ['uploading', 'ready', 'failed', 'deleting']
const BLOB_STATES = ['writing', 'stored', 'condemned'] as const
const T0 = 1_700_000_000_000
const SECRET = 'a secret of the policy conformance suite'

const ids: IdStrategy = { create: ({ random }) => Buffer.from(random(16)).toString('hex'), parse: String, format: id => id }
const defaultFields = z.object({ part: z.string(), score: z.number() }).partial()
const quiet = (): void => undefined
// Rules that fail are part of the game.
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet }

const idOf = (number: number): string => `asset-${String(number).padStart(3, '0')}`
/** What is in the object of an asset. */
export const bytesOf = (id: string): Buffer => Buffer.from(`bytes of ${id}`)
/** Every asset is found by this word. */
export const WORD = 'needle'

/** A {@link Stage} that is told when to begin and to end a world. */
export interface OwnStage extends Stage {
  play(world: World): Promise<Scene>
  /** Removes all that a world has left. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** One store and one storage, on which one world is played after another. */
export async function openStage(harness: PolicyHarness): Promise<OwnStage> {
  const storage = memoryStorage()
  const metadata = (await harness.metadata?.()) ?? memoryMetadata()
  const create = harness.create ?? createStowage
  const options = (policy?: Policy): StowageOptions => ({
    kinds: KINDS.map(name => kindOf(name, harness, policy)),
    secrets: [SECRET],
    workers: false,
    logger,
  })
  const owner = await createStowage({ storage, metadata, ...options() })
  const places = { storage: lent(storage), metadata: lent(metadata) }
  return {
    harness,
    async play(world) {
      const records = world.assets.map((plan, i) => recordOf(world, plan, i))
      await put(storage, metadata, records)
      return { world, records, stowage: await create({ ...places, ...options(world.policy) }) }
    },
    async replayed(scene, changes, given = {}) {
      const world = { ...scene.world, ...changes }
      return { ...scene, world, stowage: await create({ ...places, ...options(world.policy), ...given }) }
    },
    async clear() {
      for (const kind of KINDS) await clear(metadata, kind)
    },
    close: () => owner.close(),
  }
}

function kindOf(name: string, { fields }: PolicyHarness, policy?: Policy): Kind {
  return defineKind({ name, ids, fields: fields ?? defaultFields, ...(policy && { policy }) })
}

function recordOf({ actors, spaces }: World, { place, kind, state, madeBy, columns }: AssetPlan, number: number): AssetRecord {
  const id = idOf(number)
  const body = bytesOf(id)
  return {
    createdBy: actors[madeBy % actors.length]?.id ?? null,
    type: 'file',
    visibility: 'private',
    title: null,
    slug: null,
    fields: {},
    tags: [],
    properties: {},
    metadata: {},
    ...columns,
    id,
    kind,
    state,
    space: [...spaces, { id: '' }][place % (spaces.length + 1)]?.id ?? '',
    processing: 'none',
    processingError: null,
    processingProgress: null,
    description: `${WORD} in asset ${number}`,
    filename: `file-${number}.txt`,
    uniqueName: null,
    contentType: 'text/plain',
    sizeBytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    width: null,
    height: null,
    externalUrl: null,
    blobId: `blob-${id}`,
    version: 1,
    createdAt: T0 + number,
    updatedAt: T0 + number,
  }
}

const blobOf = ({ id, kind, contentType, sizeBytes, sha256 }: AssetRecord, storage: string): BlobRecord => ({
  id: `blob-${id}`,
  assetId: id,
  kind,
  storage,
  key: `key/${id}`,
  state: 'stored',
  role: 'original',
  sourceId: null,
  scan: null,
  sizeBytes,
  sha256,
  etag: null,
  contentType,
  leaseToken: null,
  dueAt: null,
  purgesLeft: 1,
  createdAt: T0,
})

async function put(storage: StorageAdapter, metadata: MetadataStore, records: readonly AssetRecord[]): Promise<void> {
  for (const { id } of records) await storage.put(`key/${id}`, bytesOf(id))
  const changes = records.flatMap((record): Change[] => [
    { op: 'insertAsset', asset: record },
    { op: 'insertBlob', blob: blobOf(record, storage.name) },
  ])
  if (changes.length > 0) await metadata.commit(changes)
}

async function clear(metadata: MetadataStore, kind: string): Promise<void> {
  const sort = { column: 'id', direction: 'asc' } as const
  const left = await metadata.list({ kind, filter: { op: 'all' }, states: STATES, sort, limit: 1000 })
  const changes = left.map(({ id }): Change => ({ op: 'deleteAsset', id, kind, guard: { states: STATES } }))
  for (const { id } of left) {
    for (const blob of await metadata.listBlobs(id)) {
      changes.push({ op: 'deleteBlob', id: blob.id, guard: { states: BLOB_STATES } })
    }
  }
  if (changes.length > 0) await metadata.commit(changes)
}
