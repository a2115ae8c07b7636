import { createStowage, ownerOnly, type Stowage } from '@stowage/core'
import { type AssetApi, assetApi, bearer, type ProfileOptions } from '@stowage/http'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import type { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { onDisk } from '../../http/test/golden-backends.ts'
import { serveApp } from './serve-app.ts'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** `Node`: over a socket, files on a disk. `fetch`: no Node below, all in memory. */
export type Runtime = 'Node' | 'fetch'
export const runtimes: readonly Runtime[] = ['Node', 'fetch']

export interface OpenApp {
  readonly stowage: Stowage
  /** Sends a request to a path. */
  get(path: string, init?: RequestInit): Promise<Response>
  /** Null without a socket. */
  readonly port: number | null
}

/** An application with an asset API at `/assets`, on one of the runtimes. */
export async function openApp(
  runtime: Runtime,
  build: (api: AssetApi, stowage: Stowage) => Hono,
  profile: Partial<ProfileOptions> = {},
): Promise<OpenApp> {
  const backend =
    runtime === 'Node' ? await onDisk() : { storage: memoryStorage(), metadata: memoryMetadata(), close: async () => undefined }
  const stowage = await createStowage({
    ...backend,
    policy: ownerOnly({ read: 'anyone' }),
    visibility: 'public',
    workers: false,
    logger: quiet,
  })
  const authenticate = bearer(new Map([['alice', { id: 'alice' }]]))
  const api = assetApi(stowage, { basePath: '/assets', publicUrl: 'https://x.example', authenticate, ...profile })
  const app = build(api, stowage)
  const server = runtime === 'Node' ? await serveApp(app) : null
  onTestFinished(async () => {
    await server?.close()
    await stowage.close()
    await backend.close()
  })
  const origin = server === null ? 'http://localhost' : `http://127.0.0.1:${server.port}`
  const send = server === null ? async (request: Request) => await app.request(request) : fetch
  return { stowage, port: server?.port ?? null, get: (path, init) => send(new Request(origin + path, init)) }
}

export function upload(text = 'hello', headers: Record<string, string> = { authorization: 'Bearer alice' }): RequestInit {
  const body = new FormData()
  body.set('file', new File([text], 'hello.txt', { type: 'text/plain' }))
  return { method: 'POST', headers, body }
}
