import {
  type Actor,
  createStowage,
  defineKind,
  type ImageGenerator,
  type Logger,
  ownerOnly,
  prefixedId,
  roleBased,
  type Space,
  type StowageOptions,
  sequenceId,
} from '@stowage/core'
import {
  type Authenticate,
  assetApi,
  bearer,
  cookieSessions,
  defineProfile,
  firstOf,
  type HttpApi,
  noPaging,
  offsetPaging,
  type Profile,
  pagePaging,
  sessionApi,
} from '@stowage/http'
import { z } from 'zod'
import { MAX_BYTES } from '../plan/apis.ts'

const limits = { maxBytes: MAX_BYTES }
const word = z.string().min(1).max(40)

const kinds = [
  defineKind({
    name: 'note',
    fields: z.object({ topic: z.string().max(200).optional(), weight: z.number().optional(), done: z.boolean().optional() }),
    sorts: ['title', 'filename', 'sizeBytes', 'updatedAt'],
    policy: ownerOnly({ read: 'anyone' }),
    visibility: 'public',
    limits,
  }),
  defineKind({
    name: 'page-asset',
    ids: sequenceId(),
    filenames: 'unique',
    quota: { bytes: 1e12, count: 1e9 },
    visibility: 'public',
    policy: ownerOnly({ read: 'anyone' }),
    limits,
  }),
  defineKind({
    name: 'team-file',
    sorts: ['title', 'filename', 'sizeBytes', 'updatedAt'],
    ids: sequenceId(),
    policy: roleBased({ viewer: ['list', 'read'], member: ['create', 'update', 'delete'] }),
    limits,
  }),
  defineKind({
    name: 'vault-file',
    quota: { bytes: 1e12, count: 1e9 },
    sorts: ['sizeBytes', 'filename'],
    ids: prefixedId('asset'),
    fields: z.object({ partition: word }),
    keys: ({ id, space, fields, filename, replacementId }) =>
      `${space}/${encodeURIComponent(String(fields.partition)).slice(0, 60)}/${id}${replacementId ? `-${replacementId}` : ''}_${filename}`,
    policy: ownerOnly(),
    limits,
  }),
] as const

/** Spaces of each kind, for the audit of usage. */
export const spacesOf: Readonly<Record<string, readonly string[]>> = {
  note: [''],
  'page-asset': ['123'],
  'team-file': ['1', '2'],
  'vault-file': ['v1'],
}

const actors = new Map<string, Actor>(['alice', 'bob', 'carol', 'mallory'].map(id => [id, { id }]))
const teamRoles: Readonly<Record<string, string>> = { alice: 'member', bob: 'member', carol: 'viewer' }
const spaces = new Map<string, Space>([
  ['page 123', { id: '123', ownerId: 'alice' }],
  ['team 1', { id: '1', roleOf: ({ id }) => teamRoles[id] ?? null }],
  ['team 2', { id: '2', roleOf: ({ id }) => teamRoles[id] ?? null }],
  ['vault v1', { id: 'v1', ownerId: 'alice' }],
])
const spaceNamed = (type: string, name: string | undefined) => spaces.get(`${type} ${name}`) ?? null

/** The smallest PNG, so that no picture has to be drawn. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const generator: ImageGenerator = {
  name: 'pixel',
  generate: async () => ({ body: PIXEL, contentType: 'image/png' }),
}

/** Everything that is fuzzed, over the given places. */
export async function fuzzedApis(places: Pick<StowageOptions, 'storage' | 'metadata' | 'clock'> & { readonly logger: Logger }) {
  const stowage = await createStowage({
    ...places,
    kinds,
    generator,
    secrets: ['fuzz'.repeat(10)],
    // Some are verified by a job.
    directUploads: { verifyInJobBytes: 40_000 },
  })
  const publicUrl = 'http://localhost'
  const sessions = cookieSessions({
    signer: stowage.signer('session'),
    publicUrl,
    lookup: id => actors.get(id),
    now: () => stowage.clock.now(),
  })
  const authenticate = firstOf(bearer(actors), sessions)
  const assets = assetApi(stowage, profilesOf(authenticate), { publicUrl })
  const session: HttpApi = sessionApi(sessions, {
    path: '/api/session',
    begin: ({ token }) => (typeof token === 'string' && actors.has(token) ? token : null),
    logger: stowage.logger,
  })
  return { stowage, assets, session }
}

/** Profiles that name their operations name these too. */
const direct = ['beginUpload', 'readUpload', 'presignParts', 'completeUpload', 'abortUpload'] as const
const resumable = ['createResumable', 'resumableOffset', 'appendResumable', 'abortResumable', 'readResumable'] as const

/** A profile for each way to page, to name content, to guard and to present. */
function profilesOf(authenticate: Authenticate): Profile[] {
  const [notes, pageAssets, teamFiles, vaultFiles] = kinds
  return [
    defineProfile(notes, {
      basePath: '/notes',
      authenticate,
      cors: { origins: ['https://app.example.com'], credentials: true },
    }),
    defineProfile(pageAssets, {
      basePath: '/api/pages/:page/assets',
      operations: ['list', 'upload', 'generate', 'delete', 'content', ...direct, ...resumable],
      paths: { content: 'GET /pages/:page/assets/:filename' },
      authenticate,
      space: ({ params }) => spaceNamed('page', params.page),
      list: { paging: noPaging(), filter: [], search: false },
      upload: { fields: [], raw: false },
      present: {
        asset: (asset, { contentUrl }) => ({ id: asset.id, filename: asset.filename, url: contentUrl(asset) }),
        page: ({ items }) => ({ assets: items }),
        error: ({ message }) => ({ error: message }),
      },
    }),
    defineProfile(teamFiles, {
      basePath: '/api/teams/:team/files',
      paths: { generate: false, linkContent: 'GET /team-links/:token' },
      authenticate,
      space: ({ params }) => spaceNamed('team', params.team),
      list: { paging: offsetPaging(), total: 'exact' },
    }),
    defineProfile(vaultFiles, {
      basePath: '/api/v1/vaults/:vault/assets',
      operations: ['list', 'upload', 'get', 'update', 'delete', 'content', 'replace', ...direct, ...resumable],
      authenticate,
      space: async ({ params }) => spaceNamed('vault', params.vault),
      list: {
        filter: ['partition', 'tags'],
        search: 'q',
        paging: pagePaging(),
        sort: {
          columns: { created: 'createdAt', size: 'sizeBytes', name: 'filename' },
          default: '-created',
          param: 'order_by',
          orderParam: 'order',
        },
        total: 'bounded',
      },
      update: { requireIfMatch: true },
      present: { error: ({ code, message, status }) => ({ status, error: { code, message } }) },
    }),
  ]
}
