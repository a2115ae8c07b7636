import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly, type Stowage } from '@stowage/core'
import { assetApi, bearer, type CorsOptions } from '@stowage/http'
import { nodeHandler, prepareServer } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { onTestFinished } from 'vitest'
import { openCutProxy } from './cut-proxy.ts'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const alice = { id: 'alice' }

interface RestartableOptions {
  readonly accept?: readonly string[]
  readonly cors?: CorsOptions
  /** Answers what is not the API's. */
  readonly page?: RequestListener
}

/** One that lives as long as a test. */
export async function openRestartable(options?: RestartableOptions) {
  const world = await startRestartable(options)
  onTestFinished(world.close)
  return world
}

/** A server over files that outlive it, behind a proxy that cuts connections when it is told to. */
export async function startRestartable({ accept, cors, page }: RestartableOptions = {}) {
  const root = await mkdtemp(join(tmpdir(), 'stowage-tus-'))
  const asked: { readonly method: string; readonly offsetBytes: number }[] = []
  let server: Server | null = null
  let stowage: Stowage | null = null
  const stop = async (): Promise<void> => {
    server?.closeAllConnections()
    await new Promise(resolve => (server ? server.close(resolve) : resolve(null)))
    await stowage?.close()
    server = null
  }
  const start = async (): Promise<void> => {
    stowage = await createStowage({
      storage: fsStorage({ root: join(root, 'objects') }),
      metadata: sqliteMetadata({ file: join(root, 'assets.db') }),
      policy: ownerOnly(),
      limits: { maxBytes: 100_000_000 },
      ...(accept && { accept }),
      logger: silent,
      workers: false,
    })
    const authenticate = bearer(new Map([['alice', alice]]))
    const handle = nodeHandler(assetApi(stowage, { basePath: '/files', authenticate, ...(cors && { cors }) }))
    server = createServer((request, response) => {
      if (page && !request.url?.startsWith('/files')) return page(request, response)
      const { method, headers } = request
      asked.push({ method: method ?? '', offsetBytes: Number(headers['upload-offset'] ?? 0) })
      handle(request, response)
    })
    prepareServer(server)
    await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  }
  await start()
  let restarted: Promise<void> = Promise.resolve()
  // Whoever comes in between waits.
  const proxy = await openCutProxy(async () => {
    await restarted
    const { port } = (server as Server).address() as AddressInfo
    return port
  })
  const origin = `http://127.0.0.1:${proxy.port}`
  return {
    proxy,
    origin,
    /** Requests to the API, oldest first. */
    asked,
    endpoint: `${origin}/files/uploads/resumable`,
    restart(): Promise<void> {
      restarted = restarted.then(stop).then(start)
      return restarted
    },
    /** Digests of all assets. */
    async digests(): Promise<readonly (string | null)[]> {
      const page = await stowage?.as(alice).list()
      return page?.items.map(({ sha256 }) => sha256) ?? []
    },
    async removeAll(): Promise<void> {
      const assets = stowage?.as(alice)
      for (const { id } of (await assets?.list())?.items ?? []) await assets?.delete(id)
    },
    async close(): Promise<void> {
      await proxy.close()
      await restarted.then(stop)
      await rm(root, { recursive: true, force: true })
    },
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
