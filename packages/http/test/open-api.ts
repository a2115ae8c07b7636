import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import {
  type Actor,
  createStowage,
  defineKind,
  type Logger,
  type MetadataStore,
  ownerOnly,
  roleBased,
  type Space,
  type StorageAdapter,
} from '@stowage/core'
import type { Clock } from '@stowage/core/contracts'
import { assetApi, bearer, defineProfile, noPaging, type ProfileOptions } from '@stowage/http'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { z } from 'zod'

const actors = new Map<string, Actor>([
  ['alice', { id: 'alice' }],
  ['bob', { id: 'bob' }],
  ['carol', { id: 'carol' }],
])
export const as = (name: string) => ({ authorization: `Bearer ${name}` })

export const notes = defineKind({
  name: 'note',
  fields: z.object({ topic: z.string().max(20).optional(), weight: z.number().optional() }),
  sorts: ['title', 'filename', 'sizeBytes', 'updatedAt'],
  policy: ownerOnly({ read: 'anyone' }),
  visibility: 'public',
  limits: { maxBytes: 1_000_000 },
})
const teamFiles = defineKind({
  name: 'team-file',
  filenames: 'unique',
  policy: roleBased({ viewer: ['list', 'read'], member: ['create', 'update', 'delete'] }),
})
const team: Space = { id: 'team-1', roleOf: ({ id }) => ({ alice: 'member', bob: 'viewer' })[id] ?? null }

export interface OpenOptions {
  readonly profile?: Partial<ProfileOptions<'topic' | 'weight'>>
  readonly wrapStorage?: (storage: StorageAdapter) => StorageAdapter
  readonly wrapMetadata?: (metadata: MetadataStore) => MetadataStore
  readonly clock?: Clock
}

/** Two kinds on a real disk and database, behind one api: `/notes`, and files of teams with paths of their own. */
export async function openApi({ profile = {}, wrapStorage = same, wrapMetadata = same, clock }: OpenOptions = {}) {
  const root = await mkdtemp(join(tmpdir(), 'stowage-http-'))
  const logged: { message: string; details: object | undefined }[] = []
  const log = (message: string, details?: object) => void logged.push({ message, details })
  const logger: Logger = { debug: () => undefined, info: log, warn: log, error: log }
  const storage = wrapStorage(fsStorage({ root: join(root, 'objects') }))
  const stowage = await createStowage({
    kinds: [notes, teamFiles],
    storage,
    metadata: wrapMetadata(sqliteMetadata({ file: join(root, 'assets.db'), threads: false })),
    logger,
    workers: false,
    ...(clock && { clock }),
  })
  const authenticate = bearer(actors)
  const api = assetApi(
    stowage,
    [
      defineProfile(notes, { basePath: '/notes', authenticate, ...profile }),
      defineProfile(teamFiles, {
        basePath: '/api/teams/:team/files',
        paths: {
          content: 'GET /teams/:team/files/:filename',
          link: 'GET :id/download',
          linkContent: 'GET /links/:token',
          generate: false,
        },
        authenticate,
        space: ({ params }) => (params.team === '1' ? team : null),
        list: { paging: noPaging() },
        present: {
          page: ({ items }) => ({ files: items }),
          error: ({ message }) => ({ error: message }),
        },
      }),
    ],
    { publicUrl: 'https://assets.example.com' },
  )
  const close = async () => {
    await stowage.close()
    await rm(root, { recursive: true, force: true })
  }
  const objects = async () => (await storage.list()).objects.length
  return { api, stowage, logged, root, storage, objects, close }
}

const same = <T>(value: T): T => value
