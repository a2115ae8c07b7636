import { type Asset, createStowage, defineKind, ownerOnly, prefixedId, StowageError } from '@stowage/core'
import { assetApi, bearer, defineProfile, type ListFilter, offsetPaging, tagsFilter } from '@stowage/http'
import { expressAssets } from '@stowage/http-express'
import { media } from '@stowage/media'
import type { ExampleApp, Setup } from '@stowage-examples/shared'
import express from 'express'
import { users } from './demo.ts'

const productImages = defineKind({
  name: 'product-image',
  ids: prefixedId('asset'),
  accept: ['image/jpeg', 'image/png', 'image/webp'],
  limits: { maxBytes: 10 * 1024 * 1024 },
  policy: ownerOnly(),
  processing: {
    derivatives: { thumbnail: { width: 400, height: 400, format: 'webp' } },
    answerAfter: 'facts',
    waitMs: 10_000,
  },
})

/** What the document calls each state of processing. */
const statuses = { pending: 'processing', done: 'ready', none: 'ready', failed: 'failed' } as const satisfies Record<
  Asset['processing'],
  string
>

const byStatus: ListFilter = ([status, ...more]) => {
  const wanted = Object.entries(statuses).filter(([, name]) => status === 'all' || status === name)
  if (wanted.length > 0 && more.length === 0) return { op: 'in', column: 'processing', values: wanted.map(([state]) => state) }
  throw new StowageError('invalid_request', 'status must be processing, ready, failed or all.')
}

const error = ({ code, message }: { code: string; message: string }) => ({ error: { code, message } })

export async function productImagesApp({ publicUrl, storage, metadata, importer }: Setup): Promise<ExampleApp> {
  const stowage = await createStowage({ ...media(), storage, metadata, importer, kinds: [productImages] })

  const images = defineProfile(productImages, {
    basePath: '/v1',
    operations: ['upload', 'list', 'get', 'delete', 'linkContent'],
    paths: {
      upload: 'POST training-asset',
      list: 'GET my-uploaded-assets',
      get: 'GET assets/:id',
      delete: 'DELETE assets/:id',
      linkContent: 'GET /images/:token',
    },
    authenticate: bearer(users),
    upload: {
      fields: ['name', 'tags', 'tags[]'],
      details: fields => ({ title: fields.get('name') ?? null, tags: [...fields.all('tags[]'), ...fields.all('tags')] }),
      raw: false,
    },
    list: {
      paging: offsetPaging({ default: 20, max: 100 }),
      filter: { status: byStatus, tags: tagsFilter('all', { separator: ',' }) },
      search: false,
      total: 'exact',
    },
    present: {
      asset: (asset, { operation, linkUrl }) => ({
        asset_id: asset.id,
        name: asset.title ?? asset.filename ?? asset.id,
        status: statuses[asset.processing],
        url: linkUrl(asset, { expiresInSeconds: null }),
        thumbnail_url: linkUrl(asset, { expiresInSeconds: null, derivative: 'thumbnail' }),
        width: asset.width,
        height: asset.height,
        ...(operation !== 'list' && { file_size: asset.sizeBytes, format: asset.contentType?.replace('image/', '') }),
        tags: asset.tags,
        created_at: asset.createdAt.toISOString(),
        ...(operation === 'get' && { updated_at: asset.updatedAt.toISOString() }),
      }),
      page: ({ items, total, limit, offset, cursor }) => ({
        assets: items,
        total: total?.count,
        limit,
        offset,
        has_more: cursor !== null,
      }),
      error,
    },
  })

  const app = express().disable('x-powered-by')
  app.use(expressAssets(assetApi(stowage, images, { publicUrl })))
  app.use((_req, res) => void res.status(404).json(error({ code: 'not_found', message: 'There is nothing at this path.' })))
  return { listener: app, stowage }
}
