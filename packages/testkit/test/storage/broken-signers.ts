import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FsStorage, fsStorage } from '@stowage/adapter-fs'
import type { StorageAdapter } from '@stowage/core/contracts'
import { signedObjects } from '@stowage/http'
import { fakeClock, type StorageFixture } from '../../src/index.ts'
import type { BrokenAdapter } from './broken.ts'

const BASE = 'http://localhost/objects'

const ignore = () => undefined
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

interface SignedFixture extends StorageFixture {
  readonly storage: FsStorage
}

/** A right storage that signs URLs, and what answers them without a socket. */
export async function signing(): Promise<SignedFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-signing-'))
  const clock = fakeClock({ now: Date.now() })
  const storage = fsStorage({ root: join(folder, 'root'), clock, signing: { secret: 's'.repeat(32), baseUrl: BASE } })
  await storage.open()
  const api = signedObjects(storage, { path: '/objects', logger: silent })
  return {
    storage,
    clock,
    fetch: async (input, init) => api.fetch(new Request(input as string, init)),
    async close() {
      await storage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const signer = (
  what: string,
  rows: readonly string[],
  change: (fixture: SignedFixture) => Partial<StorageFixture>,
): BrokenAdapter => ({
  what,
  rows,
  create: async () => {
    const fixture = await signing()
    return { ...fixture, ...change(fixture) }
  },
})

const changing = (what: string, rows: readonly string[], change: (inner: FsStorage) => Partial<StorageAdapter>): BrokenAdapter =>
  signer(what, rows, ({ storage }) => ({ storage: { ...storage, ...change(storage) } as StorageAdapter }))

/** Answers another request than was sent. */
const answering = (what: string, rows: readonly string[], alter: (url: URL) => void): BrokenAdapter =>
  signer(what, rows, ({ fetch: send = fetch }) => ({
    fetch: async (input, init) => {
      const url = new URL(input as string)
      alter(url)
      return send(url.href, init)
    },
  }))

export const brokenSigners: readonly BrokenAdapter[] = [
  answering('decodes the key in a URL twice', ['S62'], url => {
    url.pathname = decodeURIComponent(url.pathname)
  }),
  changing('leaves the key in a URL as it is', ['S62'], inner => ({
    presignGet: async (key, options) => {
      const request = await inner.presignGet?.(key, options)
      if (!request) throw new Error('it signs')
      return { ...request, url: request.url.replace(/\/objects\/[^?]*/, `/objects/${key}`) }
    },
  })),
  changing('signs for longer than it was asked', ['S63'], inner => ({
    presignGet: (key, options) => sign(inner, key, { ...options, expiresInSeconds: options.expiresInSeconds + 3600 }),
  })),
  changing('signs for as long as it is asked', ['S63'], inner => ({
    presignGet: (key, options) =>
      sign(inner, key, {
        ...options,
        expiresInSeconds: Math.min(604_800, Math.max(1, Math.trunc(options.expiresInSeconds || 1))),
      }),
  })),
  signer('looks at the beginning of signatures', ['S63'], ({ fetch: send = fetch, storage }) => {
    const good = new Map<string, string>()
    return {
      storage: {
        ...storage,
        presignGet: async (key, options) => {
          const request = await sign(storage, key, options)
          good.set(request.url.slice(0, -1), request.url)
          return request
        },
      },
      fetch: (input, init) => send(good.get(String(input).slice(0, -1)) ?? (input as string), init),
    }
  }),
  changing('pins no length', ['S64'], inner => ({
    presignPut: (key, { sizeBytes: _, checksum: __, ...options }) => signPut(inner, key, options),
  })),
  changing('pins no digest', ['S64'], inner => ({
    presignPut: (key, { checksum: _, ...options }) => signPut(inner, key, options),
  })),
  changing('pins no type', ['S64'], inner => ({
    presignPut: (key, { contentType: _, ...options }) => signPut(inner, key, options),
  })),
  changing('pins no length of a part', ['S64'], inner => ({
    multipart: {
      ...inner.multipart,
      presignPart: (upload, { expiresInSeconds }) => {
        const request = inner.multipart.presignPart?.(upload, { expiresInSeconds })
        if (!request) throw new Error('it signs parts')
        return request
      },
    },
  })),
  changing('forgets the disposition', ['S65'], inner => ({
    presignGet: (key, { contentDisposition: _, ...options }) => sign(inner, key, options),
  })),
]

function sign(inner: FsStorage, key: string, options: Parameters<NonNullable<StorageAdapter['presignGet']>>[1]) {
  const request = inner.presignGet?.(key, options)
  if (!request) throw new Error('it signs')
  return request
}

function signPut(inner: FsStorage, key: string, options: Parameters<NonNullable<StorageAdapter['presignPut']>>[1]) {
  const request = inner.presignPut?.(key, options)
  if (!request) throw new Error('it signs')
  return request
}
