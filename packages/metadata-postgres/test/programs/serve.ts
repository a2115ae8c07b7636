import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createStowage, ownerOnly } from '@stowage/core'
import { assetApi, bearer } from '@stowage/http'
import { closeGracefully, prepareServer } from '@stowage/http/node'
import { expressAssets } from '@stowage/http-express'
import { postgresMetadata } from '@stowage/metadata-postgres'
import express from 'express'
import { storageAt } from '../storage-place.ts'

// One of several servers over one database and one storage: says its port, and ends when its parent lets go of it.
const [url = '', place = ''] = process.argv.slice(2)
const stowage = await createStowage({
  storage: await storageAt(JSON.parse(place)),
  metadata: postgresMetadata({ url, connections: 4 }),
  policy: ownerOnly(),
  // Never used up, so that room is kept for each upload.
  quota: { bytes: 2 ** 40, count: 1_000_000 },
})
const authenticate = bearer(new Map([['token', { id: 'alice' }]]))
const app = express().use(expressAssets(assetApi(stowage, { basePath: '/assets', authenticate })))
const server = app.listen(0, '127.0.0.1')
prepareServer(server)
await once(server, 'listening')
process.on('disconnect', async () => {
  await closeGracefully(server)
  await stowage.close()
})
process.send?.((server.address() as AddressInfo).port)
