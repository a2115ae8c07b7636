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
import { assetApi, bearer, cookieSessions, defineProfile, firstOf, noPaging, sessionApi } from '@stowage/http'
import { expressAssets } from '@stowage/http-express'
import type { ExampleApp, Setup } from '@stowage-examples/shared'
import express from 'express'
import { findPage, findTeam, users } from './demo.ts'
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

export async function pageAssetsApp({ publicUrl, storage, metadata, generator }: Setup): Promise<ExampleApp> {
  const stowage = await createStowage({ storage, metadata, generator, kinds: [pageAssets, teamFiles] })
  const sessions = cookieSessions({ signer: stowage.signer('session'), publicUrl, lookup: token => users.get(token) })
  const error = ({ message }: { message: string }) => ({ error: message })
  const common = {
    authenticate: firstOf(bearer(users), sessions),
    list: { paging: noPaging(), filter: [], search: false },
    upload: { fields: [], raw: false },
  } as const

  const pages = defineProfile(pageAssets, {
    ...common,
    basePath: '/api/pages/:page/assets',
    operations: ['list', 'upload', 'generate', 'delete', 'content'],
    paths: { content: 'GET /pages/:page/assets/:filename' },
    space: ({ params }) => findPage(params.page),
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
    ...common,
    basePath: '/api/pages/:page/team-files',
    operations: ['list', 'upload', 'link', 'linkContent', 'delete'],
    paths: { link: 'GET :id/download', linkContent: 'GET /team-files/:token' },
    space: ({ params }) => findTeam(params.page),
    link: { expiresInSeconds: 15 * 60 },
    present: {
      asset: asset => ({ ...file(asset), created_by: asset.createdBy }),
      page: ({ items }) => ({ files: items }),
      link: ({ url, expiresAt }) => ({ url, expires_at: expiresAt?.toISOString() }),
      error,
    },
  })

  const session = sessionApi(sessions, {
    path: '/api/session',
    begin: ({ token }) => (typeof token === 'string' && users.has(token) ? token : null),
    logger: stowage.logger,
    present: { error },
  })

  const app = express().disable('x-powered-by')
  app.use(expressAssets(assetApi(stowage, [pages, team], { publicUrl })))
  app.use(expressAssets(session))
  app.use(pageRoutes(sessions))
  return { listener: app, stowage }
}
