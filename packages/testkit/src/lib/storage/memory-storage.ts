import { createHash } from 'node:crypto'
import {
  type Clock,
  type GetOptions,
  type ListOptions,
  type ObjectAttributes,
  type ObjectContent,
  type ObjectInfo,
  type ObjectPage,
  type PutOptions,
  type StorageAdapter,
  StowageError,
} from '@stowage/core/contracts'
import { checkKey, MAX_KEY_BYTES } from './memory-keys.ts'
import { MemoryMultipart } from './memory-multipart.ts'
import { resolveRange } from './memory-range.ts'
import { collect, throwIfAborted } from './read-body.ts'
import { compareUtf8 } from './utf8-order.ts'

export interface MemoryStorageOptions {
  /** Dates the objects. Default: the system's time. */
  readonly clock?: Pick<Clock, 'now'>
  /** Default 1 GiB. */
  readonly maxObjectBytes?: number
  /** Smallest part of a multipart upload but its last. Default 1. */
  readonly minPartBytes?: number
}

interface StoredObject {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

type Offered = 'copy' | 'multipart' | 'open' | 'close'
/** Objects in memory, for tests. */
export interface MemoryStorage extends Omit<StorageAdapter, Offered>, Required<Pick<StorageAdapter, Offered>> {
  /** Number of objects. */
  readonly size: number
}

const ATTRIBUTES = ['contentType', 'cacheControl', 'contentDisposition', 'contentLanguage', 'userMetadata'] as const
const CHUNK_BYTES = 64 * 1024
const MAX_PAGE = 1000

/**
 * Storage in this process's memory that keeps the whole contract: all-or-nothing, create-only, conditional puts, ranges, attributes,
 * lists in byte order, multipart, copy. It offers no presigned URLs, since nothing would answer them, and no local files.
 */
export function memoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  const { maxObjectBytes = 1024 ** 3, minPartBytes = 1 } = options
  const now = () => options.clock?.now() ?? Date.now()
  const objects = new Map<string, StoredObject>()
  const store = (key: string, bytes: Uint8Array, put: PutOptions): ObjectInfo => {
    const present = objects.get(key)
    if (put.createOnly && present) throw taken(key)
    if (put.ifMatch !== undefined && put.ifMatch !== present?.info.etag) throw changed(key)
    const info = { key, sizeBytes: bytes.byteLength, etag: etagOf(bytes), lastModified: new Date(now()), ...attributesOf(put) }
    objects.set(key, { info, bytes })
    return info
  }
  const find = (key: string): StoredObject => {
    const found = objects.get(checkKey(key))
    if (!found) throw new StowageError('not_found', `There is no object ${JSON.stringify(key)}.`, { details: { key } })
    return found
  }
  return {
    name: 'memory',
    capabilities: {
      createOnly: true,
      conditionalPut: true,
      attributes: true,
      userMetadata: true,
      keyMayBePrefix: true,
      maxKeyBytes: MAX_KEY_BYTES,
      maxKeySegmentBytes: MAX_KEY_BYTES,
      maxObjectBytes,
      copy: true,
      presignGet: false,
      presignPut: false,
      presignPost: false,
      multipart: true,
      localFile: false,
    },
    get size() {
      return objects.size
    },
    async open() {
      await Promise.resolve()
    },
    async put(key, body, put = {}) {
      checkKey(key)
      const bytes = await collect(body, put.sizeBytes ?? maxObjectBytes, put.signal).catch(error => {
        throw put.sizeBytes !== undefined && isTooLarge(error) ? wrongLength(put.sizeBytes) : error
      })
      verify(bytes, put)
      throwIfAborted(put.signal)
      return store(key, bytes, put)
    },
    async get(key, get = {}) {
      throwIfAborted(get.signal)
      return read(find(key), key, get)
    },
    async head(key) {
      return objects.get(checkKey(key))?.info ?? null
    },
    async delete(keys) {
      return keys.map(key => {
        try {
          objects.delete(checkKey(key))
          return { key }
        } catch (error) {
          return { key, error: error as Error }
        }
      })
    },
    async list(list = {}) {
      return page(objects, list)
    },
    async copy(from, to, copy = {}) {
      const { info, bytes } = find(from)
      checkKey(to)
      if (copy.ifMatch !== undefined && copy.ifMatch !== info.etag) throw changed(from)
      if (from === to) return info
      return store(to, bytes, { ...attributesOf(info), ...(copy.createOnly && { createOnly: true }) })
    },
    multipart: new MemoryMultipart({ minPartBytes, maxPartBytes: maxObjectBytes }, store),
    async close() {
      await Promise.resolve()
    },
  }
}

function read({ info, bytes }: StoredObject, key: string, { range: asked, ifMatch, signal }: GetOptions): ObjectContent {
  if (ifMatch !== undefined && ifMatch !== info.etag) throw changed(key)
  const range = resolveRange(asked, bytes.byteLength)
  const span = range ? bytes.subarray(range.start, range.end + 1) : bytes
  return { info, range, body: chunksOf(span, signal) }
}

async function* chunksOf(bytes: Uint8Array, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
    throwIfAborted(signal)
    // A copy: what was yielded belongs to its consumer, who may write into it.
    yield Uint8Array.from(bytes.subarray(start, start + CHUNK_BYTES))
  }
}

function page(objects: ReadonlyMap<string, StoredObject>, { prefix = '', cursor, limit = MAX_PAGE }: ListOptions): ObjectPage {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new StowageError('invalid_request', `The limit of a list is 1 to ${MAX_PAGE}, not ${limit}.`)
  }
  const after = cursor === undefined ? null : openCursor(cursor, prefix)
  const keys = [...objects.keys()].filter(key => key.startsWith(prefix)).sort(compareUtf8)
  const rest = after === null ? keys : keys.filter(key => compareUtf8(key, after) > 0)
  const infos = rest.slice(0, limit).flatMap(key => objects.get(key)?.info ?? [])
  const last = infos.at(-1)
  return { objects: infos, cursor: rest.length > limit && last ? sealCursor(prefix, last.key) : null }
}

function sealCursor(prefix: string, after: string): string {
  return Buffer.from(JSON.stringify(['memory', prefix, after])).toString('base64url')
}

function openCursor(cursor: string, prefix: string): string {
  try {
    const [name, of, after]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (name === 'memory' && of === prefix && typeof after === 'string') return after
  } catch (error) {
    throw new StowageError('invalid_cursor', 'The cursor is not one of this storage.', { cause: error })
  }
  throw new StowageError('invalid_cursor', 'The cursor is from a list of another prefix.')
}

function verify(bytes: Uint8Array, { sizeBytes, checksum }: PutOptions): void {
  if (sizeBytes !== undefined && bytes.byteLength !== sizeBytes) throw wrongLength(sizeBytes)
  if (checksum && createHash('sha256').update(bytes).digest('hex') !== checksum.value) {
    throw new StowageError('checksum_mismatch', 'The bytes do not have the declared SHA-256.')
  }
}

function attributesOf(from: ObjectAttributes): ObjectAttributes {
  return Object.fromEntries(ATTRIBUTES.flatMap(name => (from[name] === undefined ? [] : [[name, from[name]]])))
}

const etagOf = (bytes: Uint8Array) => `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`
const isTooLarge = (error: unknown) => error instanceof StowageError && error.code === 'content_too_large'
const wrongLength = (declared: number) =>
  new StowageError('invalid_request', `The body does not have the declared ${declared} bytes.`)
const taken = (key: string) => new StowageError('already_exists', `There is an object ${JSON.stringify(key)} already.`)
const changed = (key: string) => new StowageError('precondition_failed', `The object ${JSON.stringify(key)} has changed.`)

export type StoreObject = (key: string, bytes: Uint8Array, options: PutOptions) => ObjectInfo
