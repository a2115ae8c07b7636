import type { ObjectContent, StorageAdapter, StorageBody } from '@stowage/core/contracts'
import { type MemoryStorage, memoryStorage, type StorageFixture, storageConformance, type TestRunner } from '../../src/index.ts'

/** An adapter with one fault, and the rows that must catch it. */
export interface BrokenAdapter {
  /** Goes on after "an adapter that". */
  readonly what: string
  readonly rows: readonly string[]
  readonly create: () => Promise<StorageFixture>
}

type Runs = Parameters<TestRunner['it']>[1]

/** Those of `rows` that the suite says are wrong; all rows where none are named. */
export async function failedRows(
  create: () => Promise<StorageFixture>,
  rows?: readonly string[],
  hangsAfterMs = 3_000,
): Promise<string[]> {
  const entries: (readonly [string, Runs])[] = []
  const runner: TestRunner = {
    describe: (_name, define) => define(),
    it: (name, run) => entries.push([name.split(' ')[0] ?? '', run]),
  }
  storageConformance({ name: 'broken', create }, runner)
  const failed = new Set<string>()
  for (const [id, run] of entries) if ((rows?.includes(id) ?? true) && (await fails(run, hangsAfterMs))) failed.add(id)
  return [...failed]
}

/** A row that hangs has failed: a runner's own time limit would say so too. One that stumbles over its own test has not. */
async function fails(run: Runs, hangsAfterMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(true), hangsAfterMs)
  run({ skip: () => undefined }).then(
    () => resolve(false),
    error => {
      if (error instanceof TypeError || error instanceof ReferenceError) console.error(error)
      resolve(!(error instanceof TypeError || error instanceof ReferenceError))
    },
  )
  return promise.finally(() => clearTimeout(timer))
}

export type Change = (inner: MemoryStorage) => Partial<StorageAdapter>

/** A memory storage of which some members are exchanged. */
export function changed(change: Change): StorageAdapter {
  const inner = memoryStorage()
  const changes = change(inner)
  return new Proxy<StorageAdapter>(inner, {
    get: (of, name) => (name in changes ? Reflect.get(changes, name) : Reflect.get(of, name)),
  })
}

export const fixtureOf = (storage: StorageAdapter, more: Partial<StorageFixture> = {}): StorageFixture => ({
  storage,
  unboundedMemory: 'it is memory',
  close: async () => undefined,
  ...more,
})

/** A row of a table: `what` is wrong, the rows that must catch it, and how it differs from a right one. */
export const broken = (what: string, rows: readonly string[], change: Change): BrokenAdapter => ({
  what,
  rows,
  create: async () => fixtureOf(changed(change)),
})

/** One that takes another key than it was given, in every operation on one key. */
export const folded = (what: string, rows: readonly string[], fold: (key: string) => string): BrokenAdapter =>
  broken(what, rows, inner => ({
    put: (key, body, options) => inner.put(fold(key), body, options),
    get: (key, options) => inner.get(fold(key), options),
    head: key => inner.head(fold(key)),
    delete: keys => inner.delete(keys.map(fold)),
    copy: (from, to, options) => inner.copy(fold(from), fold(to), options),
    multipart: { ...inner.multipart, create: (key, options) => inner.multipart.create(fold(key), options) },
  }))

/** One that reads something else. */
export const readsWrong = (
  what: string,
  rows: readonly string[],
  change: (content: ObjectContent) => ObjectContent | Promise<ObjectContent>,
): BrokenAdapter => broken(what, rows, inner => ({ get: async (key, options) => change(await inner.get(key, options)) }))

export async function bytesOf(body: StorageBody): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes
}
