import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, ownerOnly } from '@stowage/core'
import { assetApi, bearer, defineProfile, signedObjects } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { memoryMetadata } from '@stowage/testkit'
import { listen } from './listen.ts'

export const MIB = 1024 * 1024

/** Answers a request to the storage in its place; false lets it through. */
export type Interfere = (request: IncomingMessage, response: ServerResponse) => boolean

/** The house API, and the storage that its direct uploads go to, on origins of their own. */
export async function openDirectWorld(options: { readonly verifyInJobBytes?: number; readonly page?: RequestListener } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-direct-'))
  const asked: string[] = []
  const sent: string[] = []
  let interfere: Interfere = () => false
  let answer: RequestListener = () => undefined
  let answerObjects: RequestListener = () => undefined
  const objects = await listen((request, response) => {
    // A page's browser asks first.
    if (request.method === 'OPTIONS') return answerObjects(request, response)
    sent.push(`${request.method} ${request.url}`)
    if (!interfere(request, response)) answerObjects(request, response)
  })
  const server = await listen((request, response) => {
    if (!request.url?.startsWith('/api/')) return options.page?.(request, response)
    asked.push(`${request.method} ${request.url.replace('/api/assets', '').replace(/[0-9a-f]{32}/, ':id')}`)
    answer(request, response)
  })
  const storage = fsStorage({
    root: join(folder, 'objects'),
    signing: { secret: 's'.repeat(32), baseUrl: `${objects.origin}/objects` },
  })
  const cors = { origins: [server.origin] }
  answerObjects = nodeHandler(signedObjects(storage, { path: '/objects', logger: silent, cors }))
  const kind = defineKind({
    name: 'asset',
    policy: ownerOnly({ read: 'anyone' }),
    visibility: 'public',
    limits: { maxBytes: 100 * MIB },
  })
  const stowage = await createStowage({
    kinds: [kind],
    storage,
    metadata: memoryMetadata(),
    logger: silent,
    ...(options.verifyInJobBytes !== undefined && { directUploads: { verifyInJobBytes: options.verifyInJobBytes } }),
  })
  const authenticate = bearer(new Map([['secret', { id: 'alice' }]]))
  answer = nodeHandler(assetApi(stowage, [defineProfile(kind, { basePath: '/api/assets', authenticate })]))
  return {
    server,
    storage,
    /** Requests to the API, and to the storage, oldest first. */
    asked,
    sent,
    interfere: (next: Interfere) => {
      interfere = next
    },
    /** Keys of objects, and of uploads in parts that were not ended. */
    async leftovers() {
      const unfinished: string[] = []
      for await (const write of storage.unfinished.list()) unfinished.push(write.type)
      return { objects: (await storage.list()).objects.map(({ key }) => key), unfinished }
    },
    async close() {
      await server.close()
      await objects.close()
      await stowage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const ignore = () => undefined
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }
