import { posix } from 'node:path'
import type { PutOptions, StorageAdapter } from '@stowage/core/contracts'
import { type MemoryStorage, memoryStorage } from '../../src/index.ts'
import { type BrokenAdapter, broken, bytesOf, folded } from './broken.ts'

const without = (options: PutOptions, name: keyof PutOptions): PutOptions =>
  Object.fromEntries(Object.entries(options).filter(([each]) => each !== name))

const ignoring = (what: string, rows: readonly string[], name: keyof PutOptions): BrokenAdapter =>
  broken(what, rows, inner => ({ put: (key, body, options = {}) => inner.put(key, body, without(options, name)) }))

export const brokenKeys: readonly BrokenAdapter[] = [
  broken('deletes nothing', ['S1', 'S56', 'S57', 'S58'], () => ({ delete: async keys => keys.map(key => ({ key })) })),
  folded('merges composed and decomposed letters', ['S2'], key => key.normalize('NFC')),
  folded('has no letters beyond the basic plane', ['S3', 'S49', 'S52'], key => key.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '?')),
  folded('trims keys', ['S4'], key => key.trim() || key),
  folded('decodes percent signs', ['S5'], key => key.replaceAll('%41', 'A')),
  broken('deletes what a star matches', ['S6', 'S58'], deletesByPattern),
  folded('resolves dot segments', ['S7'], key => posix.normalize(key)),
  folded('drops slashes at the ends', ['S8'], key => key.replaceAll(/^\/+|\/+$/g, '')),
  folded('drops control characters', ['S9'], key => key.replaceAll(/\p{Cc}/gu, '')),
  folded('cuts long keys', ['S10', 'S11'], key => Buffer.from(key).subarray(0, 1024).toString()),
  folded('folds case', ['S12'], key => key.toLowerCase()),
  broken('hides what looks temporary', ['S13'], hidesTemporary),
]

export const brokenPuts: readonly BrokenAdapter[] = [
  broken('refuses empty objects', ['S14'], refusesEmpty),
  broken('takes Node streams only', ['S15', 'S16'], inner => ({
    put: async (key, body, options) => {
      if (!(body instanceof Uint8Array) && !('pipe' in body)) throw new Error('not a stream')
      return inner.put(key, body, options)
    },
  })),
  broken('stores the body twice over', ['S16', 'S30'], inner => ({
    put: async (key, body, options) => {
      const bytes = await bytesOf(body)
      return inner.put(key, Buffer.concat([bytes, bytes]), without(options ?? {}, 'sizeBytes'))
    },
  })),
  {
    what: 'collects bodies in memory',
    rows: ['S17'],
    create: async () => {
      const storage = memoryStorage()
      return { storage, close: () => storage.close() }
    },
  },
  broken('stores what came before the body failed', ['S18'], storesHalves),
  ignoring('ignores the signal', ['S19', 'S29', 'S67'], 'signal'),
  ignoring('ignores the declared length', ['S20', 'S67'], 'sizeBytes'),
  ignoring('ignores the checksum', ['S21', 'S67'], 'checksum'),
  broken('stores before the body has ended', ['S18', 'S22', 'S54', 'S52'], storesEarly),
  broken('merges attributes into those before', ['S23', 'S44'], mergesAttributes),
  broken('writes through one temporary place per key', ['S24', 'S25'], sharesTemporary),
  ignoring('ignores create-only', ['S25', 'S26'], 'createOnly'),
  broken('creates only where it has looked before', ['S25'], looksFirst),
  broken('overwrites, then says that it lost', ['S26'], losesLate),
  ignoring('ignores ifMatch', ['S27'], 'ifMatch'),
  broken('answers a put with what it was told', ['S28'], inner => ({
    put: async (key, body, options) => ({ ...(await inner.put(key, body, options)), sizeBytes: options?.sizeBytes ?? 0 }),
  })),
  broken('lets a body go twice', ['S29'], releasesTwice),
]

function deletesByPattern(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async delete(keys) {
      const { objects } = await inner.list()
      const hit = (pattern: string) => {
        const [start = '', ...rest] = pattern.split('*')
        return rest.length > 0 ? objects.map(({ key }) => key).filter(key => key.startsWith(start)) : [pattern]
      }
      await inner.delete(keys.flatMap(hit))
      return keys.map(key => ({ key }))
    },
  }
}

function hidesTemporary(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async list(options) {
      const page = await inner.list(options)
      return { ...page, objects: page.objects.filter(({ key }) => !key.endsWith('.tmp')) }
    },
  }
}

function refusesEmpty(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async put(key, body, options) {
      const bytes = await bytesOf(body)
      if (bytes.byteLength === 0) throw new Error('nothing to store')
      return inner.put(key, bytes, options)
    },
  }
}

function storesHalves(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async put(key, body, options) {
      if (body instanceof Uint8Array) return inner.put(key, body, options)
      const chunks: Uint8Array[] = []
      try {
        for await (const chunk of body) chunks.push(chunk)
      } catch (error) {
        await inner.put(key, Buffer.concat(chunks))
        throw error
      }
      return inner.put(key, Buffer.concat(chunks), options)
    },
  }
}

function storesEarly(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async put(key, body, options) {
      if (!(body instanceof Uint8Array)) await inner.put(key, new Uint8Array(0))
      return inner.put(key, body, options)
    },
  }
}

function mergesAttributes(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async put(key, body, options = {}) {
      const { contentType, cacheControl, userMetadata } = (await inner.head(key).catch(() => null)) ?? {}
      const old = { contentType, cacheControl, userMetadata }
      const kept = Object.fromEntries(Object.entries(old).filter(([, value]) => value !== undefined))
      return inner.put(key, body, { ...kept, ...options })
    },
  }
}

function sharesTemporary(inner: MemoryStorage): Partial<StorageAdapter> {
  const temporary = new Map<string, Uint8Array[]>()
  return {
    async put(key, body, options) {
      const chunks = temporary.get(key) ?? []
      temporary.set(key, chunks)
      for await (const chunk of body instanceof Uint8Array ? [body] : body) {
        chunks.push(chunk)
        await new Promise(resolve => setImmediate(resolve))
      }
      temporary.delete(key)
      return inner.put(key, Buffer.concat(chunks), without(options ?? {}, 'sizeBytes'))
    },
  }
}

function looksFirst(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async put(key, body, options = {}) {
      const { createOnly, ...rest } = options
      if (!createOnly || (await inner.head(key))) return inner.put(key, body, options)
      await new Promise(resolve => setImmediate(resolve))
      return inner.put(key, body, rest)
    },
  }
}

function losesLate(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async put(key, body, options = {}) {
      const taken = options.createOnly && (await inner.head(key))
      if (!taken) return inner.put(key, body, options)
      await inner.put(key, body)
      return inner.put(key, new Uint8Array(0), options)
    },
  }
}

function releasesTwice(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async put(key, body, options) {
      if (body instanceof Uint8Array) return inner.put(key, body, options)
      const source = body[Symbol.asyncIterator]()
      const info = await inner.put(key, { [Symbol.asyncIterator]: () => source }, options)
      await source.return?.()
      return info
    },
  }
}
