import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly, type Stowage } from '@stowage/core'
import type { Logger, StorageAdapter } from '@stowage/core/contracts'
import { assetApi, bearer } from '@stowage/http'
import { nodeHandler, prepareServer } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { type FakeClock, type FaultControls, fakeClock, withFaults, withMetadataFaults } from '@stowage/testkit'
import { BASE_PATH, TOKEN } from '../kill/protocol.ts'

/** A server in this process, whose storage and database fail when they are told to, with a clock that stands until it is moved. */
export interface FaultyService {
  readonly folder: string
  readonly stowage: Stowage
  readonly clock: FakeClock
  readonly storage: FaultControls
  readonly metadata: FaultControls
  /** @param path relative to the API's base path */
  ask(method: string, path: string, body?: BodyInit | ReadableStream): Promise<Response>
  close(): Promise<void>
}

function withoutLocalFiles({ localFile: _localFile, ...rest }: StorageAdapter): StorageAdapter {
  return { ...rest, capabilities: { ...rest.capabilities, localFile: false } }
}

const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
function ignore(): void {
  // What is injected is logged too.
}

/** @param options.localFiles false: bytes are streamed from storage, as from a bucket */
export async function openFaultyService(options: { readonly localFiles?: boolean } = {}): Promise<FaultyService> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-faulty-'))
  const clock = fakeClock({ now: Date.now() })
  const disk = fsStorage({ root: join(folder, 'objects'), clock })
  const storage = withFaults(options.localFiles === false ? withoutLocalFiles(disk) : disk)
  const metadata = withMetadataFaults(sqliteMetadata({ file: join(folder, 'assets.db') }))
  const stowage = await createStowage({ storage, metadata, clock, logger: SILENT, policy: ownerOnly(), workers: false })
  const authenticate = bearer(new Map([[TOKEN, { id: 'alice' }]]))
  const server = createServer(nodeHandler(assetApi(stowage, { basePath: BASE_PATH, authenticate })))
  prepareServer(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    folder,
    stowage,
    clock,
    storage,
    metadata,
    ask(method, path, body) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/octet-stream'
      const sent = body === undefined ? {} : { body, duplex: 'half' as const }
      return fetch(`${origin}${BASE_PATH}${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': type },
        ...sent,
      })
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await stowage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
