import { createServer } from 'node:http'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { authenticated, createStowage } from '@stowage/core'
import { assetApi, bearer, columnFilter, defineProfile } from '@stowage/http'
import { prepareServer } from '@stowage/http/node'
import { expressAssets } from '@stowage/http-express'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import express from 'express'
import type { Served } from '../harness/server-process.ts'
import { fileKind } from '../metadata/file-kind.ts'

const rule = authenticated
const files = fileKind({ rules: { list: rule, read: rule, create: rule } })
const profile = defineProfile(files, {
  basePath: '/api/files',
  authenticate: bearer(new Map([['alice-token', { id: 'alice' }]])),
  list: { filter: { space: columnFilter('space') } },
})

/** Serves the database `folder/assets.db`. */
export async function serveFiles(folder: string): Promise<Served> {
  const stowage = await createStowage({
    storage: fsStorage({ root: join(folder, 'objects') }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
    kinds: [files],
  })
  const app = express().disable('x-powered-by')
  app.use(expressAssets(assetApi(stowage, profile)))
  const server = createServer(app)
  prepareServer(server)
  return { server, close: () => stowage.close() }
}
