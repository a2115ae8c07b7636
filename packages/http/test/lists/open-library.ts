import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fsStorage } from '@stowage/adapter-fs'
import { type Actor, type Assets, createStowage, type Kind, type MetadataStore } from '@stowage/core'
import type { AssetRecord } from '@stowage/core/contracts'
import { assetApi, bearer, defineProfile, type ProfileOptions } from '@stowage/http'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock, memoryMetadata } from '@stowage/testkit'
import { type Answer, type Sent, sendByFetch } from '../transports.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex')
const bearers = new Map<string, Actor>(['alice', 'bob', 'carol'].map(id => [id, { id }]))

export const START = Date.parse('2026-03-01T00:00:00Z')
export const as = (actor: string) => ({ authorization: `Bearer ${actor}` })

/** The id of a row, in the order of their numbers. */
export const idOf = (at: number) => `0195f000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`

const BLANK: Omit<AssetRecord, 'id' | 'kind' | 'uniqueName'> = {
  space: '',
  createdBy: 'alice',
  type: 'file',
  state: 'ready',
  processing: 'none',
  processingError: null,
  processingProgress: null,
  visibility: 'private',
  title: null,
  description: null,
  slug: null,
  filename: null,
  contentType: null,
  sizeBytes: null,
  sha256: null,
  width: null,
  height: null,
  properties: {},
  fields: {},
  metadata: {},
  tags: [],
  externalUrl: null,
  blobId: null,
  version: 1,
  createdAt: START,
  updatedAt: START,
}

export interface LibraryOptions {
  readonly kind: Kind
  /** House APIs by their base path, each with what differs. */
  readonly profiles?: Readonly<Record<string, Partial<ProfileOptions>>>
  /** Keeps rows in memory, where a test asks nothing of a database. */
  readonly inMemory?: true
}

/** House APIs over one kind on a real disk and database, and a clock that stands until it is moved. */
export async function openLibrary({ kind, profiles = { '/docs': {} }, inMemory }: LibraryOptions) {
  const root = await mkdtemp(join(tmpdir(), 'stowage-lists-'))
  const clock = fakeClock({ now: START })
  const metadata: MetadataStore = inMemory ? memoryMetadata() : sqliteMetadata({ file: join(root, 'assets.db') })
  const quiet = () => undefined
  const stowage = await createStowage({
    kinds: [kind],
    storage: fsStorage({ root: join(root, 'objects') }),
    metadata,
    clock,
    workers: false,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    generator: { name: 'fake', generate: async () => ({ body: PNG, contentType: 'image/png' }) },
    importer: {
      name: 'fake',
      open: async () => ({ body: Readable.from([Buffer.from('x')]), contentType: 'text/plain', filename: 'x.txt', sizeBytes: 1 }),
    },
  })
  const authenticate = bearer(bearers)
  const api = assetApi(
    stowage,
    Object.entries(profiles).map(([basePath, options]) => defineProfile(kind, { basePath, authenticate, ...options })),
    { publicUrl: 'https://assets.example.com' },
  )
  const send = (path: string, sent?: Sent): Promise<Answer> => sendByFetch(api, path, sent)
  const assetsOf = (actor: string): Assets => stowage.as({ id: actor })
  return {
    api,
    stowage,
    metadata,
    clock,
    send,
    /** One request of an actor. */
    by:
      (actor: string) =>
      (path: string, sent: Sent = {}) =>
        send(path, { ...sent, headers: { ...as(actor), ...sent.headers } }),
    json:
      (actor: string) =>
      (path: string, body: unknown, { method = 'POST', headers = {} }: Sent = {}) =>
        send(path, {
          method,
          headers: { ...as(actor), 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
    assetsOf,
    /** Rows without bytes, as they are in the database. */
    async insert(rows: readonly Partial<AssetRecord>[]) {
      const records = rows.map((row, at): AssetRecord => ({ ...BLANK, id: idOf(at), kind: kind.name, uniqueName: null, ...row }))
      for (let from = 0; from < records.length; from += 1000)
        await metadata.commit(records.slice(from, from + 1000).map(asset => ({ op: 'insertAsset', asset })))
      return records
    },
    /** Every page of a list, from one to the next. */
    async pages(actor: string, path: string): Promise<readonly (readonly { readonly id: string }[])[]> {
      const pages = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const answer: Answer = await send(`${path}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`, {
          headers: as(actor),
        })
        if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`)
        pages.push(answer.json.items)
        cursor = answer.json.cursor
      }
      return pages
    },
    async close() {
      await stowage.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

export type Library = Awaited<ReturnType<typeof openLibrary>>
