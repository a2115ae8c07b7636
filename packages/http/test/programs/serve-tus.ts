import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly } from '@stowage/core'
import { assetApi, bearer } from '@stowage/http'
import { nodeHandler, prepareServer } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'

// A server over a folder, at a port (0: any): tells its port, and lives until it is killed.
const [root = '', port = '0'] = process.argv.slice(2)
const stowage = await createStowage({
  storage: fsStorage({ root: join(root, 'objects') }),
  metadata: sqliteMetadata({ file: join(root, 'assets.db') }),
  policy: ownerOnly(),
  limits: { maxBytes: 4 * 1024 ** 3 },
  resumable: { streamPartBytes: 16 * 1024 * 1024 },
})
const authenticate = bearer(new Map([['alice', { id: 'alice' }]]))
const server = createServer(nodeHandler(assetApi(stowage, { basePath: '/files', authenticate, cors: { origins: '*' } })))
prepareServer(server)
server.listen(Number(port), '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
