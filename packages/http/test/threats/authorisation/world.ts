import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fsStorage } from '@stowage/adapter-fs'
import {
  type Asset,
  createStowage,
  type DirectUpload,
  defineKind,
  everyone,
  type Logger,
  type MetadataStore,
  type Policy,
  type ResumableUpload,
  type Space,
} from '@stowage/core'
import { type Authenticate, assetApi, defineProfile, type ProfileOptions } from '@stowage/http'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { memoryMetadata, withFaults, withMetadataFaults } from '@stowage/testkit'
import { onTestFinished } from 'vitest'
import { drawBytes } from './draw-bytes.ts'
import { credentials } from './identities.ts'
import { BYTES } from './plans.ts'

const ROLES: Readonly<Record<string, string>> = {
  alice: 'member',
  bob: 'member',
  viewer: 'viewer',
  editor: 'editor',
  admin: 'admin',
  owner: 'owner',
}
const roleOf = ({ id }: { readonly id: string }) => ROLES[id] ?? null
const open: Policy['rules'] = { list: everyone, read: everyone, create: everyone, update: everyone, delete: everyone }

// A signature is all that makes these bytes a picture.
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex')

export interface LogEvent {
  readonly level: string
  readonly message: string
  readonly details: object | undefined
}

export interface WorldOptions {
  readonly policy: Policy
  readonly space?: 'none' | 'shared' | 'owned'
  /** Goes into each profile. */
  readonly profile?: Partial<ProfileOptions>
  readonly clock?: NonNullable<Parameters<typeof createStowage>[0]>['clock']
  readonly authenticate?: Authenticate
  readonly logger?: Logger
  /** Keeps rows in memory, for tests that open many worlds and ask nothing of a database. */
  readonly inMemory?: true
}

/**
 * A server's inside on a real disk and database, that records each call to them: three profiles over one kind (house paths, by filename, and every
 * other method an operation may have), and one over a second kind.
 */
export async function openWorld({ policy, space = 'none', profile = {}, clock, authenticate, logger, inMemory }: WorldOptions) {
  const root = await mkdtemp(join(tmpdir(), 'stowage-threats-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const logged: LogEvent[] = []
  const fetched: string[] = []
  const at = (level: string) => (message: string, details?: object) => void logged.push({ level, message, details })
  const storage = withFaults(
    fsStorage({
      root: join(root, 'objects'),
      signing: { secret: 'a secret of at least 32 characters', baseUrl: 'https://app.example.com/objects' },
    }),
  )
  const metadata = withMetadataFaults<MetadataStore>(
    inMemory ? memoryMetadata() : sqliteMetadata({ file: join(root, 'assets.db') }),
  )
  // Assets are made before the policy under test holds.
  let rules = open
  const kind = defineKind({
    name: 'doc',
    sorts: ['title', 'filename', 'sizeBytes', 'updatedAt'],
    filenames: 'unique',
    processing: { derivatives: { thumb: { width: 64 } } },
    policy: {
      get rules() {
        return rules
      },
    },
  })
  const other = defineKind({ name: 'other', sorts: kind.sorts ?? [], policy: { rules: open } })
  const stowage = await createStowage({
    kinds: [kind, other],
    storage,
    metadata,
    workers: false,
    logger: logger ?? { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    transformer: drawBytes,
    importer: {
      name: 'fake',
      async open(url) {
        fetched.push(url)
        const bytes = Buffer.from(BYTES)
        return { body: Readable.from([bytes]), contentType: 'text/plain', filename: 'new.txt', sizeBytes: bytes.length }
      },
    },
    generator: { name: 'fake', generate: async () => ({ body: PNG, contentType: 'image/png' }) },
    ...(clock && { clock }),
  })
  onTestFinished(() => stowage.close())
  const people = credentials(stowage.signer('session'))
  const spaces = new Map<string, Space>([
    ['one', { id: 'one', roleOf, ...(space === 'owned' && { ownerId: 'owner' }) }],
    ['two', { id: 'two', roleOf: () => null, ownerId: 'somebody' }],
  ])
  const base = space === 'none' ? '' : '/spaces/:space'
  const common: Partial<ProfileOptions> = {
    authenticate: authenticate ?? people.authenticate,
    publicUrl: 'https://app.example.com',
    ...(space !== 'none' && { space: ({ params }) => spaces.get(params.space ?? '') ?? null }),
    ...profile,
  }
  const profiles = [
    defineProfile(kind, { basePath: `${base}/docs`, ...common }),
    defineProfile(kind, {
      basePath: `${base}/named`,
      operations: ['get', 'content', 'derivative', 'update'],
      paths: {
        get: 'GET :filename',
        content: 'GET :filename/content',
        derivative: 'GET :filename/pictures/:name',
        update: 'POST :id/edit',
      },
      ...common,
    }),
    defineProfile(kind, {
      basePath: `${base}/other-methods`,
      operations: ['upload', 'update', 'delete', 'replace', 'link', 'linkContent', 'abortUpload'],
      paths: {
        upload: 'PUT',
        update: 'PUT :id',
        delete: 'POST :id/delete',
        replace: 'POST :id/replace',
        link: 'GET :id/download',
        linkContent: 'GET shared/:token',
        abortUpload: 'POST uploads/:uploadId/abort',
      },
      ...common,
    }),
  ]
  const api = assetApi(stowage, [
    ...profiles,
    defineProfile(other, { basePath: '/others', ...common, operations: ['list', 'get', 'content'] }),
  ])
  const scope = space === 'none' ? { kind } : { kind, space: spaces.get('one') as Space }
  let made = 0
  const make = (creator: string, visibility: 'public' | 'private', where: object = scope): Promise<Asset> =>
    stowage
      .as({ id: creator })
      .in(where)
      .upload({
        body: Buffer.from(BYTES),
        contentType: 'text/plain',
        filename: `file-${++made}.txt`,
        visibility,
        title: `of ${creator}`,
      })
  return {
    root,
    api,
    stowage,
    storage,
    metadata,
    logged,
    /** URLs that imports went to. */
    fetched,
    people,
    profiles,
    spaces,
    kind,
    other,
    make,
    /** An upload of somebody's own, of which nothing has been sent. */
    begin: (creator: string | null, method: 'put' | 'multipart'): Promise<DirectUpload> =>
      stowage
        .as(creator === null ? null : { id: creator })
        .in(scope)
        .beginUpload({ sizeBytes: 10, method }),
    /** The same, of one that comes request by request. */
    beginResumable: (creator: string | null): Promise<ResumableUpload> =>
      stowage
        .as(creator === null ? null : { id: creator })
        .in(scope)
        .createResumable({ sizeBytes: 100 }),
    /** Lets the real policy hold from now on, or none while `work` runs. */
    guard: () => {
      rules = policy.rules
    },
    async unguarded<T>(work: () => Promise<T>): Promise<T> {
      rules = open
      try {
        return await work()
      } finally {
        rules = policy.rules
      }
    },
    state: () => stateOf({ metadata, storage, root, kinds: ['doc', 'other'], spaces: ['', 'one', 'two'] }),
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

interface Places {
  readonly metadata: MetadataStore
  readonly storage: ReturnType<typeof fsStorage>
  readonly root: string
  readonly kinds: readonly string[]
  readonly spaces: readonly string[]
}

/** All that is stored: rows in every state, their blobs, objects, files on the disk (temporary ones too), jobs' worth of work, and usage. */
async function stateOf({ metadata, storage, root, kinds, spaces }: Places): Promise<unknown> {
  const states = ['uploading', 'ready', 'failed', 'deleting'] as const
  const rows = await Promise.all(
    kinds.map(kind =>
      metadata.list({ kind, states, filter: { op: 'all' }, sort: { column: 'createdAt', direction: 'asc' }, limit: 10_000 }),
    ),
  )
  const entries = await readdir(join(root, 'objects'), { recursive: true, withFileTypes: true })
  const usage = await Promise.all(kinds.flatMap(kind => spaces.map(space => metadata.getUsage(kind, space))))
  return {
    rows: rows.flat(),
    blobs: await Promise.all(rows.flat().map(row => metadata.listBlobs(row.id))),
    due: await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 1000),
    objects: (await storage.list()).objects.map(({ key, sizeBytes }) => [key, sizeBytes]),
    files: entries
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .sort(),
    usage,
  }
}
