import { StowageError } from '@stowage/core/contracts'
import type { Shelf } from './shelf.ts'

type Answer<T> = T | Promise<T>

/** What is used of an unstorage driver. `createStorage(…)` has the same methods. */
export interface UnstorageDriver {
  readonly name?: string
  readonly options?: unknown
  hasItem(key: string, options: Record<string, unknown>): Answer<boolean>
  getKeys(base: string, options: Record<string, unknown>): Answer<readonly string[]>
  getItemRaw?(key: string, options: Record<string, unknown>): Answer<unknown>
  setItemRaw?(key: string, value: unknown, options: Record<string, unknown>): Answer<void>
  getItem?(key: string, options?: Record<string, unknown>): Answer<unknown>
  setItem?(key: string, value: string, options: Record<string, unknown>): Answer<void>
  removeItem?(key: string, options: Record<string, unknown>): Answer<void>
}

/** Names in these drivers say what no method does. */
const FORGETFUL = new Map([
  ['lru-cache', 'drops values when it is full'],
  ['vercel-runtime-cache', 'is a cache, which drops values'],
  ['cloudflare-kv-binding', 'shows a write to other machines only after a while'],
  ['cloudflare-kv-http', 'shows a write to other machines only after a while'],
])

/** @throws StowageError `unsupported` for a driver that can't keep objects */
export function unstorageShelf(driver: UnstorageDriver): Shelf {
  const { name = 'without a name' } = driver
  const title = `the unstorage driver ${name}`
  const { remove, write, read } = methodsOf(driver, title)
  // Found out by reading the first value twice: what a reader is given, it may write into.
  let handsOutItsOwn: boolean | undefined
  return {
    title,
    write: async (key, bytes) => void honest(await write(flat(key), bytes)),
    async read(key) {
      const value = await bytesOf(honest(await read(flat(key))), title)
      if (value && handsOutItsOwn === undefined) handsOutItsOwn = isSame(value, await read(flat(key)))
      return value && handsOutItsOwn ? new Uint8Array(value) : value
    },
    has: async key => Boolean(honest(await driver.hasItem(flat(key), {}))),
    remove: async key => void honest(await remove(flat(key))),
    async *names(folder) {
      for (const key of honest(await driver.getKeys(flat(folder), {}))) yield key.replaceAll(/[:\\]/g, '/')
    },
  }
}

const flat = (name: string) => name.replaceAll('/', ':')

/** Drivers without raw values keep base64, since texts are all that they keep. */
function methodsOf(driver: UnstorageDriver, title: string) {
  const { removeItem, setItemRaw, getItemRaw, setItem, getItem } = driver
  const ttl = typeof driver.options === 'object' && driver.options !== null && Reflect.get(driver.options, 'ttl')
  const forgets = FORGETFUL.get(driver.name ?? '') ?? (ttl ? 'forgets values after its `ttl`' : undefined)
  if (!removeItem || !((setItemRaw && getItemRaw) || (setItem && getItem))) throw refused(title, 'it is read-only')
  if (forgets) throw refused(title, `it ${forgets}`)
  const remove = async (key: string) => removeItem.call(driver, key, {})
  if (setItemRaw && getItemRaw) {
    return {
      remove,
      write: async (key: string, bytes: Uint8Array) => setItemRaw.call(driver, key, bytes, {}),
      read: async (key: string) => getItemRaw.call(driver, key, {}),
    }
  }
  return {
    remove,
    write: async (key: string, bytes: Uint8Array) => setItem?.call(driver, key, Buffer.from(bytes).toString('base64'), {}),
    read: async (key: string) => {
      const text = honest(await getItem?.call(driver, key, {}))
      return typeof text === 'string' ? Buffer.from(text, 'base64') : text
    },
  }
}

function refused(title: string, why: string): StowageError {
  return new StowageError(
    'unsupported',
    `${title[0]?.toUpperCase()}${title.slice(1)} can't hold objects: ${why}. Use another driver.`,
  )
}

/** Some drivers answer with the error that they should have thrown. */
function honest<T>(answer: T): T {
  if (answer instanceof Error) throw answer
  return answer
}

async function bytesOf(value: unknown, title: string): Promise<Uint8Array | null> {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof Blob) return new Uint8Array(await value.arrayBuffer())
  throw new StowageError('unavailable', `${title} gives back a ${typeof value} where bytes were written. Use another driver.`, {
    retryable: false,
  })
}

function isSame(bytes: Uint8Array, again: unknown): boolean {
  if (again instanceof ArrayBuffer) return again === bytes.buffer
  return again instanceof Uint8Array && again.buffer === bytes.buffer && again.byteOffset === bytes.byteOffset
}
