import { createServer } from 'node:http'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, type Kind, ownerOnly, type Stowage } from '@stowage/core'
import { assetApi, bearer, defineProfile } from '@stowage/http'
import { prepareServer } from '@stowage/http/node'
import { expressAssets } from '@stowage/http-express'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import express from 'express'
import type { Served } from './server-process.ts'

const alice = { id: 'alice' }
const page = { id: '123', ownerId: 'alice' }

const pageAssets = defineKind({
  name: 'page-asset',
  filenames: 'unique',
  visibility: 'public',
  limits: { maxBytes: 8 * 1024 ** 3 },
  policy: ownerOnly({ read: 'anyone' }),
})

const profile = defineProfile(pageAssets, {
  basePath: '/api/pages/:page/assets',
  paths: { content: 'GET /pages/:page/assets/:filename' },
  authenticate: bearer(new Map([['alice-token', alice]])),
  space: ({ params }) => (params.page === page.id ? page : null),
})

interface KindOptions {
  readonly countDownloads?: boolean
}

/** Stowage as an application has it that serves one page's public assets: its objects in `folder/objects`, all else as it is by default. */
export async function serveStowage(folder: string, options: KindOptions = {}): Promise<Served> {
  const kind = defineKind({ ...pageAssets, ...options })
  const stowage = await openStowage(folder, kind)
  const app = express().disable('x-powered-by')
  app.use(expressAssets(assetApi(stowage, { ...profile, kind })))
  const server = createServer(app)
  prepareServer(server)
  return { server, close: () => stowage.close() }
}

/** Puts a file where {@link serveStowage} then serves it. */
export async function storeInStowage(folder: string, filename: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const stowage = await openStowage(folder)
  await stowage.as(alice).in({ kind: pageAssets, space: page }).upload({ filename, body })
  await stowage.close()
}

function openStowage(folder: string, kind: Kind = pageAssets): Promise<Stowage> {
  return createStowage({
    storage: fsStorage({ root: join(folder, 'objects') }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
    kinds: [kind],
  })
}
