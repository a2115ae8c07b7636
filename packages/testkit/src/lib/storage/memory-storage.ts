import { createHash } from 'node:crypto'
import {
  type Clock,
  checkedStorage,
  type GetOptions,
  type ObjectAttributes,
  type ObjectContent,
  type ObjectInfo,
  type PutOptions,
  resolveRange,
  type StorageAdapter,
  type StorageCapabilities,
  StowageError,
} from '@stowage/core/contracts'
import { pageOf } from './memory-list.ts'
import { MemoryMultipart } from './memory-multipart.ts'
import { collect, throwIfAborted } from './read-body.ts'

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

type Offered = 'copy' | 'setAttributes' | 'multipart' | 'open' | 'close'
/** Objects in memory, for tests. */
export interface MemoryStorage extends Omit<StorageAdapter, Offered>, Required<Pick<StorageAdapter, Offered>> {
  /** Number of objects. */
  readonly size: number
}

const ATTRIBUTES = ['contentType', 'cacheControl', 'contentDisposition', 'contentLanguage', 'userMetadata'] as const
const CHUNK_BYTES = 64 * 1024
const MAX_KEY_BYTES = 1024

const CAPABILITIES: StorageCapabilities = {
  createOnly: true,
  conditionalPut: true,
  attributes: true,
  userMetadata: true,
  maxUserMetadataBytes: 8192,
  delimiter: true,
  keyMayBePrefix: true,
  maxKeyBytes: MAX_KEY_BYTES,
  maxKeySegmentBytes: MAX_KEY_BYTES,
  maxObjectBytes: 1024 ** 3,
  copy: true,
  setAttributes: true,
  presignGet: false,
  presignPut: false,
  presignPost: false,
  multipart: true,
  localFile: false,
}

/**
 * Storage in this process's memory that keeps the whole contract: all-or-nothing, create-only, conditional puts, ranges, attributes,
 * lists in byte order, multipart, copy. It offers no presigned URLs, since nothing would answer them, and no local files.
 */
export function memoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  const objects = new Map<string, StoredObject>()
  const storage = checkedStorage(driver(objects, options)) as Omit<MemoryStorage, 'size'>
  return Object.defineProperty(storage, 'size', { get: () => objects.size }) as MemoryStorage
}

function driver(objects: Map<string, StoredObject>, options: MemoryStorageOptions): Omit<MemoryStorage, 'size'> {
  const { maxObjectBytes = CAPABILITIES.maxObjectBytes, minPartBytes = 1 } = options
  const now = () => new Date(options.clock?.now() ?? Date.now())
  const find = (key: string, ifMatch?: string): StoredObject => {
    const found = objects.get(key)
    if (!found) throw new StowageError('not_found', `There is no object ${JSON.stringify(key)}.`, { details: { key } })
    if (ifMatch !== undefined && ifMatch !== found.info.etag) throw changed(key)
    return found
  }
  const store = (key: string, bytes: Uint8Array, put: PutOptions): ObjectInfo => {
    const present = objects.get(key)
    if (put.createOnly && present) throw taken(key)
    if (put.ifMatch !== undefined && put.ifMatch !== present?.info.etag) throw changed(key)
    const info = { key, sizeBytes: bytes.byteLength, etag: etagOf(bytes), lastModified: now(), ...attributesOf(put) }
    objects.set(key, { info, bytes })
    return info
  }
  return {
    name: 'memory',
    capabilities: { ...CAPABILITIES, maxObjectBytes },
    async open() {
      await Promise.resolve()
    },
    async put(key, body, put = {}) {
      const bytes = await collect(body, put.sizeBytes ?? maxObjectBytes, put.signal).catch(error => {
        throw put.sizeBytes !== undefined && isTooLarge(error) ? wrongLength(put.sizeBytes) : error
      })
      verify(bytes, put)
      throwIfAborted(put.signal)
      return store(key, bytes, put)
    },
    get: async (key, get = {}) => read(find(key, get.ifMatch), get),
    head: async key => objects.get(key)?.info ?? null,
    async delete(keys) {
      for (const key of keys) objects.delete(key)
      return keys.map(key => ({ key }))
    },
    list: async (list = {}) =>
      pageOf(
        [...objects.values()].map(({ info }) => info),
        list,
      ),
    async copy(from, to, { ifMatch, createOnly = false } = {}) {
      const { info, bytes } = find(from, ifMatch)
      return from === to ? info : store(to, bytes, { ...attributesOf(info), createOnly })
    },
    async setAttributes(key, attributes, { ifMatch } = {}) {
      return store(key, find(key, ifMatch).bytes, attributes)
    },
    multipart: new MemoryMultipart({ minPartBytes, maxPartBytes: maxObjectBytes }, store),
    async close() {
      await Promise.resolve()
    },
  }
}

function read({ info, bytes }: StoredObject, { range: asked, signal }: GetOptions): ObjectContent {
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
