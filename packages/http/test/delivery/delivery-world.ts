import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FsStorage, fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, ownerOnly, type UploadInput } from '@stowage/core'
import { assetApi, bearer, type Delivery, type DeliveryOptions, signedObjects } from '@stowage/http'
import { nodeHandler, prepareServer } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { onTestFinished } from 'vitest'
import { drawBytes } from '../threats/authorisation/draw-bytes.ts'
import { type Send, sendByHttp } from '../transports.ts'

/** What an escaping that is wrong would read in another way. */
export const ODD = 'a b%41 100% ?x=1&y #é日本 +;,"quoted".txt'

export const alice = { authorization: 'Bearer alice' }
export const bob = { authorization: 'Bearer bob' }

const ignore = () => undefined
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

export type Later = (close: () => unknown) => void
const atEnd: Later = close =>
  onTestFinished(async () => {
    await close()
  })

interface Places {
  /** Folder of the objects. */
  readonly root: string
  readonly storage: FsStorage
}

export interface DeliveryWorldOptions {
  readonly by: (places: Places) => Delivery | 'proxy'
  readonly delivery?: Omit<DeliveryOptions, 'by'>
  /** Where what is to be closed goes. Default: the test's end. */
  readonly later?: Later
}

/** An API that delivers in one way, over a disk whose URLs a server of its own answers: both on loopback. */
export async function openDelivery({ by, delivery, later = atEnd }: DeliveryWorldOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-delivery-'))
  later(() => rm(folder, { recursive: true, force: true }))
  // For web servers that give up being root.
  await chmod(folder, 0o755)
  const root = join(folder, 'objects')
  const clock = fakeClock({ now: Date.now() })
  const objects = await serve(later)
  const signing = { secret: 's'.repeat(32), baseUrl: `${objects.origin}/objects` }
  const storage = fsStorage({ root, signing, clock, fileMode: 0o644, directoryMode: 0o755 })
  objects.answer(nodeHandler(signedObjects(storage, { path: '/objects', logger: silent })))
  const kind = defineKind({
    name: 'file',
    policy: ownerOnly({ read: 'public' }),
    keys: ({ id, replacementId }) => `kept in/${id}${replacementId ?? ''} ${ODD}`,
    processing: { derivatives: { thumb: { width: 8 } } },
    countDownloads: true,
    limits: { minBytes: 0 },
  })
  const stowage = await createStowage({
    kinds: [kind],
    storage,
    metadata: sqliteMetadata({ file: join(folder, 'assets.db'), threads: false }),
    transformer: drawBytes,
    clock,
    logger: silent,
    workers: false,
  })
  later(() => stowage.close())
  const api = assetApi(stowage, {
    basePath: '/files',
    publicUrl: 'https://app.example.com',
    authenticate: bearer(token => (token === 'alice' || token === 'bob' ? { id: token } : null)),
    cors: { origins: ['https://page.example'] },
    delivery: { ...delivery, by: by({ root, storage }) },
  })
  const server = await serve(later)
  server.answer(nodeHandler(api))
  const files = stowage.as({ id: 'alice' })
  const make = (text: string, more: Partial<UploadInput> = {}) =>
    files.upload({ body: Buffer.from(text), contentType: 'text/plain', filename: ODD, visibility: 'public', ...more })
  const send: Send = (path, sent) => sendByHttp(server.port, path, sent)
  return { api, stowage, files, storage, root, folder, clock, server, objects, make, send }
}

/** A server on loopback whose listener may come later, and what was asked of it. */
export async function serve(later: Later = atEnd) {
  let listener: RequestListener | null = null
  const seen: string[] = []
  const server = createServer((req, res) => {
    seen.push(`${req.method} ${req.url}`)
    listener?.(req, res)
  })
  prepareServer(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  later(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const answer = (next: RequestListener) => {
    listener = next
  }
  return { port, origin: `http://127.0.0.1:${port}`, seen, answer }
}
