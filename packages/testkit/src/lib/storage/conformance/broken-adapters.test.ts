import type { ObjectContent, PutOptions, StorageAdapter } from '@stowage/core/contracts'
import { expect, test } from 'vitest'
import { type MemoryStorage, memoryStorage } from '../memory-storage.ts'
import { collect } from '../read-body.ts'
import type { TestRunner } from './harness.ts'
import { storageConformance } from './suite.ts'

/** Runs the suite, or some rows of it, on an adapter and names the rows that it fails. */
async function failedRows(make: () => StorageAdapter, only?: readonly string[]): Promise<string[]> {
  const rows: (readonly [string, Parameters<TestRunner['it']>[1]])[] = []
  const runner: TestRunner = {
    describe: (_name, define) => define(),
    it: (name, run) => rows.push([name.split(' ')[0] ?? '', run]),
  }
  const harness = {
    name: 'broken',
    async create() {
      return { storage: make(), unboundedMemory: 'memory', close: async () => undefined }
    },
  }
  storageConformance(harness, runner)
  const failed: string[] = []
  for (const [id, run] of rows)
    if (only?.includes(id) ?? true) await inTime(run({ skip: () => undefined })).catch(() => failed.push(id))
  return failed
}

/** A row that hangs has failed: a runner's own time limit would say so too. */
function inTime(running: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('hangs')), 3_000)
    running.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** A memory storage of which some members are exchanged. */
function broken(change: (inner: MemoryStorage) => Partial<StorageAdapter>): () => StorageAdapter {
  return () => {
    const inner = memoryStorage()
    const changes = change(inner)
    return new Proxy<StorageAdapter>(inner, {
      get: (of, name) => (name in changes ? Reflect.get(changes, name) : Reflect.get(of, name)),
    })
  }
}

const without = (options: PutOptions, ...names: (keyof PutOptions)[]): PutOptions =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name as keyof PutOptions)))

const ignoring = (...names: (keyof PutOptions)[]) =>
  broken(inner => ({ put: (key, body, options = {}) => inner.put(key, body, without(options, ...names)) }))

const changedContent = (change: (content: ObjectContent) => ObjectContent) =>
  broken(inner => ({ get: async (key, options) => change(await inner.get(key, options)) }))

const folded = (fold: (key: string) => string) =>
  broken(inner => ({
    put: (key, body, options) => inner.put(fold(key), body, options),
    get: (key, options) => inner.get(fold(key), options),
    head: key => inner.head(fold(key)),
    delete: keys => inner.delete(keys.map(fold)),
  }))

const cases: readonly (readonly [string, () => StorageAdapter, readonly string[]])[] = [
  ['merges composed and decomposed letters', folded(key => key.normalize('NFC')), ['S2']],
  ['decodes percent signs', folded(key => key.replaceAll('%41', 'A')), ['S5']],
  ['folds case', folded(key => key.toLowerCase()), ['S12']],
  ['ignores create-only', ignoring('createOnly'), ['S25', 'S26']],
  ['ignores ifMatch', ignoring('ifMatch'), ['S27']],
  ['ignores the declared length', ignoring('sizeBytes'), ['S20']],
  ['ignores the checksum', ignoring('checksum'), ['S21']],
  ['stores before the body has ended', broken(storesEarly), ['S18', 'S22']],
  [
    'collects the body twice over',
    broken(inner => ({ put: (key, body, o) => inner.put(key, twice(body), o) })),
    ['S16', 'S29', 'S30'],
  ],
  ['answers no range', changedContent(content => ({ ...content, range: null })), ['S32']],
  ['reads the whole for any range', broken(inner => ({ get: key => inner.get(key) })), ['S32', 'S34', 'S40']],
  ['loses the last byte', changedContent(content => ({ ...content, body: shortened(content.body) })), ['S15', 'S30']],
  ['changes the ETag between put and head', broken(otherEtag), ['S28']],
  ['lists in the order of UTF-16', broken(listsByUnits), ['S49']],
  ['takes the prefix for a folder', broken(inner => ({ list: (o = {}) => inner.list(folderOf(o)) })), ['S53']],
  ['accepts any cursor', broken(inner => ({ list: ({ cursor: _, ...o } = {}) => inner.list(o) })), ['S50', 'S55']],
  ['fails to delete what is not there', broken(failsOnAbsent), ['S56']],
  ['deletes nothing', broken(() => ({ delete: async keys => keys.map(key => ({ key })) })), ['S1', 'S56']],
  ['claims what it has not', broken(inner => ({ capabilities: { ...inner.capabilities, localFile: true } })), ['S68']],
  ['hides what it has', broken(inner => ({ capabilities: { ...inner.capabilities, attributes: false } })), ['S68']],
]

test.each(cases)(
  'an adapter that %s fails',
  async (_name, make, rows) => {
    expect(await failedRows(make, rows)).toEqual(rows)
  },
  60_000,
)

test('an adapter that keeps the contract fails nothing', async () => {
  expect(await failedRows(() => memoryStorage())).toEqual([])
}, 60_000)

function storesEarly(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    async put(key, body, options) {
      if (!(body instanceof Uint8Array)) await inner.put(key, new Uint8Array(0))
      return inner.put(key, body, options)
    },
  }
}

async function* twice(body: Parameters<StorageAdapter['put']>[1]): AsyncGenerator<Uint8Array, void> {
  const bytes = await collect(body, Number.MAX_SAFE_INTEGER, undefined)
  yield bytes
  yield bytes
}

async function* shortened(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let last: Uint8Array | null = null
  for await (const chunk of body) {
    if (last) yield last
    last = chunk
  }
  if (last) yield last.subarray(0, -1)
}

function otherEtag(inner: MemoryStorage): Partial<StorageAdapter> {
  return { head: async key => (await inner.head(key).then(info => info && { ...info, etag: '"other"' })) ?? null }
}

function listsByUnits(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    async list(options) {
      const page = await inner.list(options)
      return { ...page, objects: [...page.objects].sort((a, b) => (a.key < b.key ? -1 : 1)) }
    },
  }
}

function folderOf<T extends { readonly prefix?: string }>(options: T): T {
  return { ...options, prefix: options.prefix?.replace(/[^/]*$/, '') ?? '' }
}

function failsOnAbsent(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    async delete(keys) {
      const present = await Promise.all(keys.map(key => inner.head(key).catch(() => null)))
      const results = await inner.delete(keys)
      return results.map((result, i) => (present[i] ? result : { ...result, error: new Error('no such object') }))
    },
  }
}
