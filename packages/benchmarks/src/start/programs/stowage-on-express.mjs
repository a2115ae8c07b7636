import { createServer } from 'node:http'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly } from '@stowage/core'
import { assetApi, bearer } from '@stowage/http'
import { prepareServer } from '@stowage/http/node'
import { expressAssets } from '@stowage/http-express'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import express from 'express'

const [folder] = process.argv.slice(2)
const stowage = await createStowage({
  storage: fsStorage({ root: `${folder}/objects` }),
  metadata: sqliteMetadata({ file: `${folder}/assets.db` }),
  policy: ownerOnly({ read: 'anyone' }),
})
const authenticate = bearer(new Map([['alice-token', { id: 'alice' }]]))
const app = express().use(expressAssets(assetApi(stowage, { basePath: '/api/assets', authenticate })))
const server = createServer(app)
prepareServer(server)
server.listen(0, '127.0.0.1', () => process.send('started'))
process.on('disconnect', async () => {
  server.close()
  await stowage.close()
  process.exit()
})
