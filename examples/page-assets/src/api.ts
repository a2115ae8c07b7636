import {
  type Asset,
  allOf,
  anyOf,
  createStowage,
  creator,
  defineKind,
  hasRole,
  ownerOnly,
  roleBased,
  sequenceId,
  withScopes,
} from '@stowage/core'
import { assetApi, bearer, cookieSessions, defineProfile, firstOf, noPaging } from '@stowage/http'
import { expressAssets } from '@stowage/http-express'
import { openAiImageGenerator, placeholderGenerator } from '@stowage/media'
import type { ExampleApp, Setup } from '@stowage-examples/shared'
import express from 'express'
import { findPage, users } from './demo.ts'
import { sessionRoutes } from './session.ts'
import { pageRoutes } from './web.ts'

const maxBytes = 50 * 1024 * 1024

const pageAssets = defineKind({
  name: 'page-asset',
  ids: sequenceId(),
  filenames: 'unique',
  visibility: 'public',
  limits: { maxBytes },
  declaredTypes: ['text/plain', 'text/csv', 'text/markdown', 'application/json', 'image/svg+xml'],
  policy: ownerOnly({ read: 'anyone', scopes: { write: 'pages:write' } }),
})

const inTeam = hasRole('viewer', 'member', 'admin', 'owner')
const teamFiles = defineKind({
  name: 'team-file',
  ids: sequenceId(),
  limits: { maxBytes },
  policy: withScopes(
    roleBased(
      { viewer: ['list', 'read'], member: ['create'], admin: ['delete'], owner: [] },
      { delete: allOf(inTeam, anyOf(creator(), hasRole('admin', 'owner'))) },
    ),
    { read: 'pages:read', write: 'pages:write' },
  ),
})

const file = (asset: Asset) => ({
  id: asset.id,
  filename: asset.filename,
  content_type: asset.contentType,
  size: asset.sizeBytes,
  created_at: asset.createdAt.toISOString(),
})

export async function pageAssetsApp({ publicUrl, storage, metadata }: Setup): Promise<ExampleApp> {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = process.env
  const generator = apiKey ? openAiImageGenerator({ apiKey, ...(baseUrl ? { baseUrl } : {}) }) : placeholderGenerator()
  const stowage = await createStowage({ storage, metadata, generator, kinds: [pageAssets, teamFiles] })
  const sessions = cookieSessions({ signer: stowage.signer('session'), publicUrl, lookup: token => users.get(token) })
  const authenticate = firstOf(bearer(users), sessions)
  const error = ({ message }: { message: string }) => ({ error: message })

  const pages = defineProfile(pageAssets, {
    basePath: '/api/pages/:page/assets',
    paths: {
      content: 'GET /pages/:page/assets/:filename',
      get: false,
      update: false,
      replace: false,
      link: false,
      linkContent: false,
    },
    publicUrl,
    authenticate,
    space: ({ params }) => findPage(params.page),
    list: { paging: noPaging(), filter: [], search: false },
    upload: { fields: [], raw: false },
    present: {
      asset: (asset, { contentUrl }) => ({ ...file(asset), url: contentUrl(asset, { params: { page: asset.space } }) }),
      page: ({ items }) => ({ assets: items }),
      generated: (asset, { contentUrl }) => ({
        id: asset.id,
        filename: asset.filename,
        publicUrl: contentUrl(asset, { params: { page: asset.space } }),
        contentType: asset.contentType,
        sizeBytes: asset.sizeBytes,
        createdAt: asset.createdAt.toISOString(),
      }),
      error,
    },
  })

  const team = defineProfile(teamFiles, {
    basePath: '/api/pages/:page/team-files',
    paths: {
      link: 'GET :id/download',
      linkContent: 'GET /team-files/:token',
      get: false,
      update: false,
      replace: false,
      generate: false,
      content: false,
    },
    publicUrl,
    authenticate,
    space: ({ params }) => {
      const page = findPage(params.page)
      return page?.team ? page : null
    },
    list: { paging: noPaging(), filter: [], search: false },
    upload: { fields: [], raw: false },
    link: { expiresInSeconds: 15 * 60 },
    present: {
      asset: asset => ({ ...file(asset), created_by: asset.createdBy }),
      page: ({ items }) => ({ files: items }),
      link: ({ url, expiresAt }) => ({ url, expires_at: expiresAt.toISOString() }),
      error,
    },
  })

  const app = express().disable('x-powered-by')
  app.use(expressAssets(assetApi(stowage, [pages, team])))
  app.use('/api/session', sessionRoutes(sessions, users))
  app.use(pageRoutes(sessions))
  return { listener: app, stowage }
}
