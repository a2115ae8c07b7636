import { createServer } from 'node:http'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, type Quota, roleBased, type StowageOptions } from '@stowage/core'
import { assetApi, bearer, defineProfile } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { listen } from '../../transports.ts'

/** What each space may hold. */
const quotas: Readonly<Record<string, Quota>> = {
  'nine-forms': { bytes: 1000 },
  'nine-bodies': { bytes: 1_000_000 },
  'large-forms': { bytes: 1_000_000 },
  'three-files': { count: 3 },
  'one-byte': { bytes: 101 },
}

const files = defineKind({
  name: 'file',
  policy: roleBased({ member: ['list', 'read', 'create', 'update', 'delete'] }),
  quota: ({ space }) => quotas[space?.id ?? ''],
})

/** A server of files in spaces, for alice and bob, on the disk and database in `root`: several processes may have one each. */
export async function openLimited(root: string, options: Pick<StowageOptions, 'clock'> = {}) {
  const stowage = await createStowage({
    kinds: [files],
    storage: fsStorage({ root: join(root, 'objects') }),
    metadata: sqliteMetadata({ file: join(root, 'assets.db'), threads: false }),
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    workers: false,
    ...options,
  })
  const profile = defineProfile(files, {
    basePath: '/spaces/:space/files',
    authenticate: bearer(new Map(['alice', 'bob'].map(id => [id, { id }]))),
    space: ({ params }) => ({ id: params.space ?? '', roleOf: () => 'member' }),
  })
  const server = await listen(createServer(nodeHandler(assetApi(stowage, profile))))
  return {
    ...server,
    stowage,
    async close() {
      await server.close()
      await stowage.close()
    },
  }
}
