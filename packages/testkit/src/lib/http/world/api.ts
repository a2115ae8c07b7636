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
import type { Clock, Transformer, UrlImporter } from '@stowage/core/contracts'
import { assetApi, bearer, columnFilter, cursorPaging, defineProfile, noPaging, offsetPaging } from '@stowage/http'
import { z } from 'zod'

/** Where URLs of the api begin, whatever a request claims. */
export const PUBLIC_URL = 'https://assets.example.com'
/** The one other origin whose pages may use `/drafts`. */
export const APP_ORIGIN = 'https://app.example.com'
/** Largest file. */
export const MAX_BYTES = 1_000_000

/** Larger files that go straight to the storage are verified by a job. */
export const VERIFY_IN_JOB_BYTES = 10_000

const actors = new Map<string, Actor>(['alice', 'bob', 'carol', 'greedy'].map(id => [id, { id }]))
const authenticate = bearer(actors)

const notes = defineKind({
  name: 'note',
  fields: z.object({ topic: z.string().max(20).optional(), weight: z.number().optional() }),
  policy: ownerOnly({ read: 'anyone' }),
  visibility: 'public',
  limits: { maxBytes: MAX_BYTES },
})
const drafts = defineKind({
  name: 'draft',
  sorts: ['filename'],
  policy: ownerOnly({ read: 'anyone' }),
  visibility: 'public',
  limits: { maxBytes: MAX_BYTES, minBytes: 0 },
})
const photos = defineKind({
  name: 'photo',
  policy: ownerOnly({ read: 'public' }),
  visibility: 'public',
  limits: { maxBytes: MAX_BYTES },
  processing: { derivatives: { thumb: { width: 16, height: 16 } } },
})
const teamFiles = defineKind({
  name: 'team-file',
  filenames: 'unique',
  policy: roleBased({ viewer: ['list', 'read'], member: ['create', 'update', 'delete'] }),
})
const team: Space = { id: 'team-1', roleOf: ({ id }) => ({ alice: 'member', bob: 'viewer' })[id] ?? null }

/** The house API, for everyone to read. */
const notesProfile = defineProfile(notes, {
  basePath: '/notes',
  authenticate,
  list: {
    filter: { topic: columnFilter({ field: 'topic' }), type: columnFilter('type'), filename: columnFilter('filename') },
    paging: cursorPaging({ default: 50, max: 200 }),
  },
  cors: { origins: '*' },
})

/** The same assets, for clients that can repeat what they send. */
const keyedProfile = defineProfile(notes, { basePath: '/keyed', authenticate, idempotency: { required: true } })

/** The same assets again, by no way but straight to the storage. */
const directProfile = defineProfile(notes, { basePath: '/direct', authenticate, operations: ['beginUpload'] })

/** Everything that a profile may make stricter; empty files are taken. */
const draftsProfile = defineProfile(drafts, {
  basePath: '/drafts',
  authenticate,
  update: { requireIfMatch: true },
  list: { paging: offsetPaging({ default: 2, max: 10 }) },
  limit: ({ actor }) => (actor?.id === 'greedy' ? { retryAfterSeconds: 7 } : null),
  upload: { maxFields: 5, maxFieldBytes: 1000 },
  delivery: { publicMaxAgeSeconds: 60 },
  cors: { origins: [APP_ORIGIN] },
})

/** Pictures: thumbnails at a path of their own, and links to pictures of other measures in every record. */
const photosProfile = defineProfile(photos, {
  basePath: '/photos',
  authenticate,
  cors: { origins: [APP_ORIGIN] },
  present: {
    asset: (asset, context) => ({
      id: asset.id,
      contentEtag: asset.contentEtag,
      thumbUrl: context.derivativeUrl(asset, 'thumb'),
      thumbLink: context.linkUrl(asset, { derivative: 'thumb', expiresInSeconds: 60 }),
      smallLink: context.linkUrl(asset, { transform: { width: 8, format: 'png' }, expiresInSeconds: 60 }),
      autoLink: context.linkUrl(asset, { transform: { width: 8, format: 'auto' }, expiresInSeconds: null }),
    }),
  },
})

/** Private, with paths and shapes of its own. */
const teamProfile = defineProfile(teamFiles, {
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
  present: { page: ({ items }) => ({ files: items }), error: ({ message }) => ({ error: message }) },
})

export interface ApiParts {
  readonly storage: StorageAdapter
  readonly metadata: MetadataStore
  readonly clock: Clock
  readonly logger: Logger
  readonly transformer?: Transformer
  readonly importer?: UrlImporter
}

/** Four kinds behind one api: `/notes` (also at `/keyed` and `/direct`), `/drafts`, `/photos`, and files of teams. */
export async function createApi(parts: ApiParts) {
  const stowage = await createStowage({
    kinds: [notes, drafts, teamFiles, photos],
    workers: false,
    directUploads: { verifyInJobBytes: VERIFY_IN_JOB_BYTES },
    ...parts,
  })
  const api = assetApi(stowage, [notesProfile, keyedProfile, directProfile, draftsProfile, teamProfile, photosProfile], {
    publicUrl: PUBLIC_URL,
  })
  return { stowage, api }
}
