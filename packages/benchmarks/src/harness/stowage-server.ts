import { createServer } from 'node:http'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, type Kind, ownerOnly, type StorageAdapter, type Stowage } from '@stowage/core'
import { assetApi, bearer, type Delivery, defineProfile } from '@stowage/http'
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

interface Options {
  /** Default: `folder/objects`. */
  readonly storage?: StorageAdapter
  readonly countDownloads?: boolean
  /** Default: the server sends the bytes itself. */
  readonly delivery?: Delivery
}

/** Stowage as an application has it that serves one page's public assets: its records in `folder`, all else as it is by default. */
export async function serveStowage(folder: string, options: Options = {}): Promise<Served> {
  const { storage, delivery: by, ...countDownloads } = options
  const kind = defineKind({ ...pageAssets, ...countDownloads })
  const stowage = await openStowage(folder, kind, storage)
  const app = express().disable('x-powered-by')
  app.use(expressAssets(assetApi(stowage, { ...profile, kind, ...(by && { delivery: { by } }) })))
  const server = createServer(app)
  prepareServer(server)
  return { server, close: () => stowage.close() }
}

/** Puts a file where {@link serveStowage} then serves it. */
export async function storeInStowage(
  folder: string,
  { filename, body }: { readonly filename: string; readonly body: AsyncIterable<Uint8Array> },
  storage?: StorageAdapter,
): Promise<void> {
  const stowage = await openStowage(folder, pageAssets, storage)
  await stowage.as(alice).in({ kind: pageAssets, space: page }).upload({ filename, body })
  await stowage.close()
}

function openStowage(folder: string, kind: Kind, storage: StorageAdapter | undefined): Promise<Stowage> {
  return createStowage({
    storage: storage ?? fsStorage({ root: join(folder, 'objects') }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
    kinds: [kind],
  })
}
