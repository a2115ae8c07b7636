import { type ListOptions, type ObjectPage, type StorageAdapter, StowageError } from '@stowage/core/contracts'
import type { MemoryStorage } from '../../src/index.ts'
import { type BrokenAdapter, broken, bytesOf, changed, fixtureOf } from './broken.ts'

export const brokenLists: readonly BrokenAdapter[] = [
  broken('lists in the order of UTF-16', ['S49'], inner => ({
    list: async options => {
      const page = await inner.list(options)
      return { ...page, objects: [...page.objects].sort((a, b) => (a.key < b.key ? -1 : 1)) }
    },
  })),
  broken('names a cursor where nothing follows', ['S50'], namesCursors),
  broken('takes any limit', ['S50'], inner => ({
    list: (options = {}) => inner.list({ ...options, limit: Math.min(1000, Math.max(1, Math.trunc(options.limit || 1000))) }),
  })),
  broken('counts pages from the start', ['S51'], countsPages),
  broken('rolls up each page by itself', ['S52'], rollsUpPages),
  broken('enters a folder again behind its prefix', ['S52'], repeatsPrefixes),
  broken('takes the prefix for a folder', ['S53'], inner => ({
    list: (options = {}) => inner.list({ ...options, prefix: options.prefix?.replace(/[^/]*$/, '') ?? '' }),
  })),
  broken('lists uploads that are unfinished', ['S54'], listsUploads),
  broken('accepts any cursor', ['S50', 'S52', 'S55'], inner => ({
    list: ({ cursor: _, ...options } = {}) => inner.list(options),
  })),
  broken('fails to delete what is not there', ['S56'], failsOnAbsent),
  broken('gives up a batch for one odd key', ['S57', 'S9'], inner => ({
    delete: async keys => {
      const results = await inner.delete(keys)
      for (const { error } of results) if (error) throw error
      return results
    },
  })),
  broken('deletes a thousand keys at most', ['S57'], inner => ({ delete: keys => inner.delete(keys.slice(0, 1000)) })),
  { what: 'says that it deleted what it could not', rows: ['S57'], create: hidesFailures },
  broken('deletes all that begins with a key', ['S12', 'S58'], inner => ({
    delete: async keys => {
      const { objects } = await inner.list()
      const hit = (start: string) => objects.map(({ key }) => key).filter(key => key.startsWith(start.replace(/\/.*/, '')))
      await inner.delete(keys.flatMap(hit))
      return keys.map(key => ({ key }))
    },
  })),
]

export const brokenCopies: readonly BrokenAdapter[] = [
  broken('copies no attributes', ['S59'], inner => ({
    copy: async (from, to, options) => {
      const info = await inner.copy(from, to, options)
      return from === to ? info : inner.setAttributes(to, {})
    },
  })),
  broken('makes a copy another name of its source', ['S59'], aliases),
  broken('copies onto itself by making room first', ['S60'], makesRoom),
  broken('empties the target before it copies', ['S61'], emptiesFirst),
]

function namesCursors(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async list(options = {}) {
      const { limit = 1000 } = options
      const page = await inner.list(options)
      if (page.cursor || page.objects.length < limit || limit === 1) return page
      const shorter = await inner.list({ ...options, limit: limit - 1 })
      return { ...page, cursor: shorter.cursor }
    },
  }
}

/** Cursors that are right but for what they count: what comes and goes before them shifts the rest. */
function countsPages(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async list(options: ListOptions = {}) {
      const { prefix = '', cursor, limit = 1000 } = options
      const [of, offset = 0] = cursor === undefined ? [prefix] : JSON.parse(cursor)
      if (of !== prefix) throw new StowageError('invalid_cursor', 'Another list.')
      const { objects } = await inner.list({ prefix })
      const end = offset + limit
      return { objects: objects.slice(offset, end), cursor: end < objects.length ? JSON.stringify([prefix, end]) : null }
    },
  }
}

/** Forgets at each page which prefixes it has named. */
function rollsUpPages(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async list({ delimiter, ...options } = {}): Promise<ObjectPage> {
      const page = await inner.list(options)
      if (!delimiter) return page
      const length = options.prefix?.length ?? 0
      const rolled = page.objects.filter(({ key }) => key.includes('/', length))
      const prefixes = rolled.map(({ key }) => key.slice(0, key.indexOf('/', length) + 1))
      return { ...page, objects: page.objects.filter(info => !rolled.includes(info)), prefixes: [...new Set(prefixes)] }
    },
  }
}

function repeatsPrefixes(inner: MemoryStorage): Partial<StorageAdapter> {
  const last = new Map<string, readonly string[]>()
  return {
    async list(options = {}) {
      const page = await inner.list(options)
      if (!options.delimiter) return page
      const before = last.get(options.cursor ?? '') ?? []
      if (page.cursor) last.set(page.cursor, page.prefixes ?? [])
      return { ...page, prefixes: [...before, ...(page.prefixes ?? [])] }
    },
  }
}

function listsUploads(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    multipart: {
      ...inner.multipart,
      create: async (key, options) => {
        const upload = await inner.multipart.create(key, options)
        await inner.put(`${key}.part`, new Uint8Array(0))
        return upload
      },
    },
  }
}

function failsOnAbsent(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async delete(keys) {
      const present = await Promise.all(keys.map(key => inner.head(key).catch(() => null)))
      const results = await inner.delete(keys)
      return results.map((result, i) => (present[i] ? result : { ...result, error: new Error('no such object') }))
    },
  }
}

async function hidesFailures() {
  const held = new Set<string>()
  const storage = changed(inner => ({
    async delete(keys) {
      await inner.delete(keys.filter(key => !held.has(key)))
      return keys.map(key => ({ key }))
    },
  }))
  return fixtureOf(storage, { holdFast: async key => void held.add(key) })
}

function aliases(inner: MemoryStorage): Partial<StorageAdapter> {
  const sources = new Map<string, string>()
  return {
    put: (key, body, options) => {
      sources.delete(key)
      return inner.put(key, body, options)
    },
    get: (key, options) => inner.get(sources.get(key) ?? key, options),
    copy: async (from, to, options) => {
      const info = await inner.copy(from, to, options)
      if (from !== to) sources.set(to, from)
      return info
    },
  }
}

function makesRoom(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    async copy(from, to, options) {
      if (from !== to) return inner.copy(from, to, options)
      await inner.delete([to])
      return inner.copy(from, to, options)
    },
  }
}

async function emptiesThenCopies(inner: MemoryStorage, from: string, to: string, signal?: AbortSignal) {
  const source = await inner.get(from)
  if (from !== to) await inner.delete([to])
  const bytes = await bytesOf(source.body)
  await new Promise(resolve => setImmediate(resolve))
  await new Promise(resolve => setImmediate(resolve))
  return inner.put(to, bytes, { ...(signal && { signal }) })
}

function emptiesFirst(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    copy: (from, to, options) => emptiesThenCopies(inner, from, to, options?.signal),
  }
}
