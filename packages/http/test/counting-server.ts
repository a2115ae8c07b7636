import { createServer } from 'node:http'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, type MetadataStore, ownerOnly } from '@stowage/core'
import { assetApi, bearer } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { withMetadataFaults } from '@stowage/testkit'
import { drawBytes } from './threats/authorisation/draw-bytes.ts'
import { listen } from './transports.ts'

const files = defineKind({
  name: 'file',
  policy: ownerOnly({ read: 'anyone' }),
  visibility: 'public',
  countDownloads: true,
  processing: { derivatives: { thumb: { width: 8 } } },
})

/** A server of files whose downloads are counted, on the disk and database in `root`: several processes may have one each. */
export async function openCounting(root: string) {
  const metadata = withMetadataFaults<MetadataStore>(sqliteMetadata({ file: join(root, 'assets.db'), threads: false }))
  const stowage = await createStowage({
    kinds: [files],
    storage: fsStorage({ root: join(root, 'objects') }),
    metadata,
    transformer: drawBytes,
    workers: false,
  })
  const authenticate = bearer(new Map([['alice', { id: 'alice' }]]))
  const api = assetApi(stowage, { basePath: '/files', authenticate })
  const server = await listen(createServer(nodeHandler(api)))
  return {
    ...server,
    stowage,
    metadata,
    /** How many commits held counters. */
    writes: () => metadata.calls.filter(({ op, args }) => op === 'commit' && isCounting(args[0])).length,
    async close() {
      await server.close()
      await stowage.close()
    },
  }
}

export const isCounting = (changes: unknown): boolean =>
  (changes as readonly { readonly op: string }[]).some(({ op }) => op === 'addDownloads')
