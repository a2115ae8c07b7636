import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { type Actor, createStowage, defineKind, ownerOnly } from '@stowage/core'
import { assetApi, bearer, defineProfile } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { z } from 'zod'
import { openProxy } from './cut-proxy.ts'
import { listen } from './listen.ts'

export const MIB = 1024 * 1024

const kind = defineKind({
  name: 'asset',
  fields: z.object({ code: z.string().optional(), numbers: z.array(z.number()).optional() }),
  policy: ownerOnly({ read: 'anyone' }),
  visibility: 'public',
  limits: { maxBytes: 20 * MIB },
})
const actors = new Map<string, Actor>([['secret', { id: 'alice' }]])

/** The house API over a disk that signs nothing, behind connections that may be cut; it can be started anew on the same files. */
export async function openResumableWorld(page?: RequestListener) {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-resumable-'))
  const proxy = await openProxy()
  const asked: string[] = []
  const start = async () => {
    const storage = fsStorage({ root: join(folder, 'objects') })
    const metadata = sqliteMetadata({ file: join(folder, 'assets.db'), threads: false })
    const stowage = await createStowage({ kinds: [kind], storage, metadata, logger: silent })
    const profile = defineProfile(kind, { basePath: '/api/assets', authenticate: bearer(actors) })
    const handle = nodeHandler(assetApi(stowage, [profile]))
    const server = await listen((request, response) => {
      if (!request.url?.startsWith('/api/')) return page?.(request, response)
      asked.push(`${request.method} ${request.url.replace('/api/assets', '').replace(/[0-9a-f]{32}/, ':id')}`)
      handle(request, response)
    })
    proxy.lead(Number(new URL(server.origin).port))
    return {
      storage,
      async stop() {
        await server.close()
        await stowage.close()
      },
    }
  }
  let running = await start()
  return {
    proxy,
    origin: proxy.origin,
    /** Requests to the API, oldest first. */
    asked,
    async restart() {
      await running.stop()
      running = await start()
    },
    /** How many objects there are, and uploads in parts that were not ended. */
    async leftovers() {
      const { storage } = running
      let unfinished = 0
      for await (const _write of storage.unfinished.list()) unfinished += 1
      return { objects: (await storage.list()).objects.length, unfinished }
    },
    async close() {
      await proxy.close()
      await running.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const ignore = () => undefined
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }
