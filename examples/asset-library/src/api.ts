import { STATUS_CODES } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createStowage, defineKind, hasRole, ownerOnly, videoEmbedUrl } from '@stowage/core'
import { assetApi, bearer, defineProfile, type PresentableError, pagePaging, readFields, reply } from '@stowage/http'
import { honoAssets } from '@stowage/http-hono'
import { media } from '@stowage/media'
import type { ExampleApp, Setup } from '@stowage-examples/shared'
import { z } from 'zod'
import { library, users } from './demo.ts'

const recognised = ['pdf', 'image', 'video', 'audio']
const ofFiles = [...recognised, 'document']
const external = ['external_video', 'link']
const types = [...ofFiles, ...external, 'collection', 'git']
const assetType = z.enum(types, {
  error: ({ input }) => (input === undefined ? 'is required' : `must be one of ${types.join(', ')}`),
})
const [read, write, folder] = ['read:assets', 'write:assets', '/uploads/assets/']

const libraryAssets = defineKind({
  name: 'library-asset',
  fields: z.object({ asset_type: assetType }),
  indexes: ['asset_type'],
  searched: ['title', 'description'],
  sorts: ['title', 'updatedAt'],
  slugs: true,
  filenames: 'unique',
  countDownloads: true,
  policy: ownerOnly({ read: 'public', scopes: { read, write }, also: hasRole('admin') }),
  processing: { derivatives: { thumbnails: { width: 400, height: 400, format: 'jpeg' } }, answerAfter: 'done', waitMs: 2000 },
  check: ({ title, contentType, type, externalUrl, fields: { asset_type: wanted = '' } }) => ({
    title: title === null && 'is required',
    external_url: external.includes(`${wanted}`) && externalUrl === null && 'is required',
    file_path: ofFiles.includes(`${wanted}`) && contentType === null && 'is required',
    file: recognised.includes(`${wanted}`) && type !== wanted && `is no ${wanted}`,
  }),
})

const members = {
  title: z.string('must be text').trim().min(1, 'is required').max(500, 'must have at most 500 characters'),
  description: z.string('must be text').nullable(),
  asset_type: assetType,
  is_public: z.boolean('must be true or false').transform(yes => (yes ? ('public' as const) : ('private' as const))),
  external_url: z.string('must be text'),
  file_path: z.string('must be text').transform(path => (path.startsWith(folder) ? path.slice(folder.length) : 'none')),
}
const body = z.strictObject(members).partial()
const toDetails = ({ title, description, asset_type, is_public, external_url, file_path }: z.output<typeof body>) => ({
  ...{ title, description, visibility: is_public, fields: { asset_type }, externalUrl: external_url, staged: file_path },
})
const parse = (json: unknown) => toDetails(body.parse(json))

const wireNames = new Map<unknown, string>(Object.entries({ externalUrl: 'external_url', staged: 'file_path' }))
function error({ status, message, errors: [issue], details }: PresentableError) {
  const missing = details.scope ? `API key does not have ${details.scope} scope` : message
  if (status === 403) return { error: 'Insufficient permissions', message: missing }
  if (status !== 400 && status !== 422) return { error: STATUS_CODES[status], message }
  const field = wireNames.get(details.field) ?? details.field
  const label = String(field).replaceAll('_', ' ')
  const answer = {
    error: 'Validation failed',
    message: issue ? `${label[0]?.toUpperCase()}${label.slice(1)} ${issue.detail}` : message,
    field,
  }
  return reply(answer, { status: 400 })
}

const formFields = ['title', 'description', 'asset_type', 'is_public']
const sort = { columns: { created_at: 'createdAt', title: 'title', updated_at: 'updatedAt' }, orderParam: 'order' } as const

const profile = defineProfile(libraryAssets, {
  basePath: '/api/v1/assets',
  operations: ['upload', 'stage', 'list', 'get', 'update', 'delete', 'content', 'derivative'],
  paths: { stage: 'POST /api/v1/uploads', content: `GET ${folder}:filename`, derivative: 'GET /uploads/:name/:filename.jpg' },
  authenticate: bearer(users),
  scopes: { list: read, get: read, upload: write, stage: write, update: write, delete: write },
  space: () => library,
  upload: { fields: formFields, details: form => toDetails(readFields(form, body)), json: parse, raw: false },
  update: { patch: parse },
  list: { filter: ['asset_type'], paging: pagePaging(), sort, total: 'exact', words: false },
  present: {
    asset: (asset, { operation, contentUrl, derivativeUrl }) => {
      const { id, title, slug, description, type, width, height, properties } = asset
      const { asset_type } = asset.fields
      const data = {
        ...{ id, title, slug, description, asset_type },
        file_path: contentUrl(asset),
        file_size: asset.sizeBytes,
        mime_type: asset.contentType,
        thumbnail_path: asset.processing === 'done' ? derivativeUrl(asset, 'thumbnails') : null,
        page_count: properties.pages ?? null,
        ...((type === 'pdf' || asset_type === 'document') && { word_count: properties.words ?? null }),
        ...(type === 'image' && { width, height }),
        ...(asset.externalUrl !== null && { external_url: asset.externalUrl }),
        ...(asset_type === 'external_video' && { video_embed: videoEmbedUrl(asset.externalUrl ?? '') }),
        download_count: asset.downloadCount,
        is_public: asset.visibility === 'public',
        created_at: asset.createdAt.toISOString(),
        updated_at: asset.updatedAt.toISOString(),
      }
      return operation === 'list' ? data : { success: true, data }
    },
    staged: ({ name }) => ({ success: true, data: { file_path: folder + name } }),
    page: ({ items: data, total, limit: per_page, offset = 0 }) => {
      const [page, count] = [offset / per_page + 1, total?.count ?? 0]
      return { success: true, data, pagination: { page, per_page, total: count, total_pages: Math.ceil(count / per_page) } }
    },
    error,
  },
})

export async function assetLibraryApp({ storage, metadata }: Setup): Promise<ExampleApp> {
  const stowage = await createStowage({ ...media(), storage, metadata, kinds: [libraryAssets] })
  const app = honoAssets(assetApi(stowage, profile), { fallthrough: false })
  return { listener: getRequestListener(app.fetch), stowage }
}
