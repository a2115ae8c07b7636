import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly } from '@stowage/core'
import { type AssetApi, assetApi, bearer, defineProfile } from '@stowage/http'
import { nodeHandler, prepareServer } from '@stowage/http/node'
import { expressAssets } from '@stowage/http-express'
import { honoAssets } from '@stowage/http-hono'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import express from 'express'
import { Hono } from 'hono'
import type { Served } from '../harness/server-process.ts'
import { fileKind } from '../metadata/file-kind.ts'
import { fill } from '../metadata/fill.ts'
import { KINDS } from '../metadata/records.ts'

const files = fileKind(ownerOnly())
const profile = defineProfile(files, {
  basePath: '/api/spaces/:space/assets',
  authenticate: bearer(new Map([['alice-token', { id: 'alice' }]])),
  space: ({ params: { space } }) => (space === undefined ? null : { id: space, ownerId: 'alice' }),
})

export async function serveOnExpress(folder: string): Promise<Served> {
  const { api, close } = await openApi(folder)
  const app = express().disable('x-powered-by')
  app.use(expressAssets(api))
  const server = createServer(app)
  prepareServer(server)
  return { server, close }
}

export async function serveOnHono(folder: string): Promise<Served> {
  const { api, close } = await openApi(folder)
  const server = createServer(getRequestListener(new Hono().route('/', honoAssets(api)).fetch))
  prepareServer(server)
  return { server, close }
}

export async function serveOnNode(folder: string): Promise<Served> {
  const { api, close } = await openApi(folder)
  const server = createServer(nodeHandler(api))
  prepareServer(server)
  return { server, close }
}

/** Makes the database that is served. */
export async function prepare(folder: string, records: number): Promise<void> {
  const store = sqliteMetadata({ file: join(folder, 'assets.db') })
  await store.open(KINDS)
  await fill(store, records)
  await store.close()
}

async function openApi(folder: string): Promise<{ api: AssetApi; close: () => Promise<void> }> {
  const stowage = await createStowage({
    storage: fsStorage({ root: join(folder, 'objects') }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
    kinds: [files],
  })
  return { api: assetApi(stowage, profile), close: () => stowage.close() }
}
