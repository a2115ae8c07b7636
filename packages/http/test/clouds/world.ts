import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStowage, ownerOnly, type StowageOptions } from '@stowage/core'
import type { MetadataStore, StorageAdapter } from '@stowage/core/contracts'
import { assetApi, bearer, type DeliveryOptions } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock, withFaults, withMetadataFaults } from '@stowage/testkit'
import { expect, onTestFinished } from 'vitest'
import { listen } from '../transports.ts'

export const MIB = 1024 * 1024
export const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

/** A bucket on a real server, and what can go wrong with it. */
export interface Cloud {
  /** The part of the bucket under a prefix, as the service has it and, with nothing between, as tests look into it. */
  at(prefix: string): { readonly storage: StorageAdapter; readonly straight: StorageAdapter }
  /** Follows signed requests. */
  readonly fetch: typeof fetch
  /** From now on every request of the service is broken off. */
  outage(): void
  /** What becomes of so many attempts to join parts: done, but their answer lost; done, but answered 200 with an error; or not done. */
  strikeJoining(how: 'lost' | 'error in 200' | 'not done', times: number): void
  heal(): void
}

/** A request that the storage answers, as the API sends it. */
export interface Signed {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly fields?: Readonly<Record<string, string>>
}

export interface Upload {
  readonly id: string
  readonly state: string
  readonly method: string
  readonly request: Signed | null
  readonly partBytes: number | null
  readonly partCount: number | null
  readonly parts: readonly { readonly partNumber: number; readonly sizeBytes: number; readonly etag: string }[]
  readonly error: string | null
}

/** Some of a file, and what sends it. */
export interface Piece {
  readonly request: Signed
  readonly bytes: Uint8Array
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
export const alice = { authorization: 'Bearer alice' }
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
export const pdf = (sizeBytes: number): Buffer => Buffer.alloc(sizeBytes, '%PDF-1.7 and more ')
export const html = (sizeBytes: number): Buffer => Buffer.alloc(sizeBytes, '<html><script>alert(1)</script> ')

let worlds = 0

export interface WorldOptions extends StowageOptions {
  readonly delivery?: DeliveryOptions
}

/** The house API on a socket, over a service on SQLite whose files go straight to the cloud. The service's clock is a test's; the cloud's is the machine's. */
export async function openCloudWorld(cloud: Cloud, options: WorldOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-cloud-'))
  const file = join(folder, 'assets.db')
  const place = cloud.at(`world-${++worlds}/`)
  const storage = withFaults(place.storage)
  const clock = fakeClock({ now: Date.now() })
  const open = async (more: WorldOptions = {}) => {
    const { delivery, ...rest } = { ...options, ...more }
    const metadata = withMetadataFaults<MetadataStore>(sqliteMetadata({ file }))
    const stowage = await createStowage({
      storage: keptOpen(storage),
      metadata,
      clock,
      logger: silent,
      policy: ownerOnly(),
      workers: false,
      ...rest,
    })
    const authenticate = bearer(token => ({ id: token }))
    const api = assetApi(stowage, { basePath: '/assets', authenticate, ...(delivery && { delivery }) })
    const handle = nodeHandler(api)
    const server = await listen(
      createServer((request, response) => {
        if (request.url !== '/page') return handle(request, response)
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>')
      }),
    )
    const close = async () => {
      await server.close()
      await stowage.close()
    }
    return { metadata, stowage, send: server.send, port: server.port, close }
  }
  let service = await open()
  onTestFinished(async () => {
    cloud.heal()
    await service.close()
    await Promise.all([place.storage.close?.(), place.straight.close?.()])
    await rm(folder, { recursive: true, force: true })
  })
  const ask = (method: string, path: string, body?: object) => {
    const json = body && { headers: { ...alice, 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return service.send(`/assets${path}`, { method, headers: alice, ...json })
  }
  const send = async ({ url, method, headers, fields }: Signed, bytes: Uint8Array, changes: Record<string, string> = {}) => {
    const body = fields ? formOf({ ...fields, ...changes }, bytes) : Buffer.from(bytes)
    const answer = await cloud.fetch(url, { method, headers: fields ? headers : { ...headers, ...changes }, body })
    await answer.arrayBuffer()
    return answer.status
  }
  const world = {
    clock,
    storage,
    straight: place.straight,
    ask,
    send,
    /** A read of the API, with these headers and no others. */
    get: (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      service.send(`/assets${path}`, { method, headers }),
    follow: cloud.fetch,
    /** Of the API, and of an empty page at `/page`. */
    port: () => service.port,
    get stowage() {
      return service.stowage
    },
    get metadata() {
      return service.metadata
    },
    /** Another process on the same database, which may have been changed, and with other options, takes over. */
    async reopen(more: WorldOptions = {}, change: (file: string) => Promise<void> = async () => undefined) {
      await service.close()
      await change(file)
      service = await open(more)
    },
    /** For `reopen`: the database as it is now, and as it was then. */
    keepCopy: (of: string) => copyFile(of, `${of}-copy`),
    restoreCopy: (of: string) => copyFile(`${of}-copy`, of),
    async begin(bytes: Uint8Array, details: object = {}): Promise<Upload> {
      const answer = await ask('POST', '/uploads', { sizeBytes: bytes.byteLength, ...details })
      expect([answer.status, answer.json.detail]).toEqual([201, undefined])
      return answer.json
    },
    read: async (id: string): Promise<Upload> => (await ask('GET', `/uploads/${id}`)).json,
    complete: (id: string, body?: object) => ask('POST', `/uploads/${id}/complete`, body),
    /** All of a file, in as many pieces as its upload wants. */
    async pieces({ id, request, partBytes, partCount }: Upload, bytes: Uint8Array): Promise<readonly Piece[]> {
      if (request) return [{ request, bytes }]
      const partNumbers = Array.from({ length: partCount ?? 0 }, (_, i) => i + 1)
      const { parts } = (await ask('POST', `/uploads/${id}/parts`, { partNumbers })).json
      return parts.map(({ partNumber, request: signed }: { partNumber: number; request: Signed }) => ({
        request: signed,
        bytes: bytes.subarray((partNumber - 1) * (partBytes ?? 0), partNumber * (partBytes ?? 0)),
      }))
    },
    async sendAll(upload: Upload, bytes: Uint8Array): Promise<void> {
      for (const piece of await world.pieces(upload, bytes)) expect(await send(piece.request, piece.bytes)).toBeLessThan(300)
    },
    /** Where the sender of an upload writes. */
    keyOf: async (id: string) => String((await service.metadata.getUpload(id))?.data.key),
    contentOf: async (id: string) => (await ask('GET', `/${id}/content`)).bytes,
    listed: async () => (await ask('GET', '')).json.items.length as number,
    usage: () => service.stowage.as({ id: 'alice' }).usage(),
    keys: async () => (await place.straight.list()).objects.map(({ key }) => key),
    async unfinished(): Promise<number> {
      let count = 0
      for await (const _ of place.straight.unfinished?.list() ?? []) count += 1
      return count
    },
    /** After everything has ended and expired: what is there belongs to so many assets, and nothing else is left anywhere. */
    async expectNothingLeft(assets: number): Promise<void> {
      for (let i = 0; i < 4; i++) {
        await clock.advance(2 * DAY)
        await service.stowage.sweep()
      }
      expect(await world.keys()).toHaveLength(assets)
      expect(await world.unfinished()).toBe(0)
      const { metadata, stowage } = service
      expect(await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
      expect(await metadata.listExpiredUploads(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
      expect(await metadata.listDueJobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
      expect(await metadata.getReserved('asset', '', 0)).toEqual({ bytes: 0, count: 0 })
      expect((await metadata.getUsage('asset', '')).count).toBe(assets)
      expect(await stowage.audit({ graceMs: 0, overdueMs: 0, verify: 'digest' })).toMatchObject({ complete: true, total: 0 })
    },
  }
  return world
}

export type CloudWorld = Awaited<ReturnType<typeof openCloudWorld>>

/** Outlives the services that have it. */
export const keptOpen = (storage: StorageAdapter): StorageAdapter => Object.assign(Object.create(storage), { close: undefined })

function formOf(fields: Readonly<Record<string, string>>, bytes: Uint8Array): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([Buffer.from(bytes)]), 'file')
  return form
}
