import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createProxy, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly, type Stowage } from '@stowage/core'
import { assetApi, bearer } from '@stowage/http'
import { nodeHandler, prepareServer } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { onTestFinished } from 'vitest'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const alice = { id: 'alice' }

/** A server over files that outlive it, behind a proxy that cuts connections when it is told to. */
export async function openRestartable({ accept }: { readonly accept?: readonly string[] } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'stowage-tus-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
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
    server = createServer(
      nodeHandler(assetApi(stowage, { basePath: '/files', authenticate: bearer(new Map([['alice', alice]])) })),
    )
    prepareServer(server)
    await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  }
  await start()
  let restarted: Promise<void> = Promise.resolve()
  onTestFinished(() => restarted.then(stop))
  // Whoever comes in between waits.
  const proxy = await openProxy(async () => {
    await restarted
    const { port } = (server as Server).address() as AddressInfo
    return port
  })
  return {
    proxy,
    endpoint: `http://127.0.0.1:${proxy.port}/files/uploads/resumable`,
    restart(): Promise<void> {
      restarted = restarted.then(stop).then(start)
      return restarted
    },
    /** Digests of all assets. */
    async digests(): Promise<readonly (string | null)[]> {
      const page = await stowage?.as(alice).list()
      return page?.items.map(({ sha256 }) => sha256) ?? []
    },
  }
}

async function openProxy(target: () => Promise<number>) {
  const sockets = new Set<Socket>()
  /** What is still passed on of each connection to come, before it is cut. */
  const cuts: number[] = []
  let passedBytes = 0
  let onCut: () => Promise<void> = async () => undefined
  const server = createProxy(async from => {
    from.on('error', () => undefined)
    const to = connect(await target(), '127.0.0.1')
    let left = cuts.shift() ?? Number.POSITIVE_INFINITY
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        from.destroy()
        to.end()
      })
    }
    to.pipe(from)
    from.on('data', chunk => {
      if (left <= 0) return
      const passed = chunk.subarray(0, Math.max(0, left))
      left -= passed.length
      passedBytes += passed.length
      if (!to.write(passed)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      if (left > 0) return
      to.end()
      void onCut().finally(() => from.destroy())
    })
    from.on('end', () => to.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise(resolve => server.close(resolve))
  })
  return {
    port: (server.address() as AddressInfo).port,
    /** The next connections are cut after so many bytes each; in between, something may be done. */
    cut(bytes: readonly number[], between: () => Promise<void> = async () => undefined): void {
      cuts.push(...bytes)
      onCut = between
    },
    get passedBytes() {
      return passedBytes
    },
    get cutsLeft() {
      return cuts.length
    },
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
