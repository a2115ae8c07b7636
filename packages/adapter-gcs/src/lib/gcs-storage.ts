import type { Storage, StorageOptions } from '@google-cloud/storage'
import { type Clock, checkedStorage, type StorageAdapter, StowageError } from '@stowage/core/contracts'
import { capabilitiesOf } from './capabilities.ts'
import { copyObject } from './copy.ts'
import { deleteObjects } from './delete.ts'
import { broken } from './errors.ts'
import { getObject } from './get.ts'
import { findResource } from './head.ts'
import { listObjects } from './list.ts'
import { multipartStorage } from './multipart.ts'
import type { Place } from './place.ts'
import { presignGet, presignPost, presignPut } from './presign.ts'
import { putObject } from './put.ts'
import { infoOf } from './resource.ts'
import { GRAIN_BYTES } from './resumable.ts'
import { Service } from './service.ts'
import { setAttributes } from './set-attributes.ts'
import { unfinishedWrites } from './unfinished.ts'

const MIB = 1024 * 1024

export interface GcsStorageOptions
  extends Pick<StorageOptions, 'projectId' | 'credentials' | 'keyFilename' | 'universeDomain' | 'apiEndpoint' | 'clientOptions'> {
  readonly bucket: string
  /** Put before every key, such as `assets/`. Default: none. */
  readonly prefix?: string
  /** A client of the application's own, instead of the options above it. Default: one with the environment's credentials. */
  readonly storage?: Storage
  /** What leaves in one request; a put holds at most twice as much in memory. Rounded up to multiples of 256 KiB. Default 8 MiB. */
  readonly partBytes?: number
  /** A request that stands still for so long is given up. Default 60 s. */
  readonly timeoutMs?: number
  /** How often a request is sent at most, where sending it again is safe. Default 5. */
  readonly tries?: number
  /** Dates signed URLs. Default: the system's. */
  readonly clock?: Pick<Clock, 'now'>
}

type Offered = Exclude<keyof StorageAdapter, 'name' | 'capabilities' | 'identity' | 'localFile'>
/** All that a StorageAdapter may offer, but for local files. */
export interface GcsStorage extends Omit<StorageAdapter, Offered | 'localFile'>, Required<Pick<StorageAdapter, Offered>> {}

/**
 * Objects in a bucket of Google Cloud Storage. Writes are atomic and verified by CRC32C at both ends; `createOnly` and `ifMatch` are
 * generation conditions of the service, exact also where an answer was lost.
 *
 * The ETag of an object is its generation. `createOnly` of `multipart.complete` is a look before the leap: the service has no condition there.
 * @throws StowageError `unavailable` from `open` where the bucket is missing or the credentials are refused
 */
export function gcsStorage(options: GcsStorageOptions): GcsStorage {
  const connect = connection(options)
  const at = async () => connect.place()
  const driver: GcsStorage = {
    name: 'gcs',
    capabilities: capabilitiesOf(options.prefix ?? ''),
    open: async () => void (await listObjects(await at(), { limit: 1 })),
    put: async (key, body, put = {}) => putObject(await at(), key, body, put),
    get: async (key, get = {}) => getObject(await at(), key, get),
    async head(key, { signal } = {}) {
      const place = await at()
      const found = await findResource(place, key, signal)
      return found && infoOf(place, found)
    },
    delete: async (keys, { signal } = {}) => deleteObjects(await at(), keys, signal),
    list: async (list = {}) => listObjects(await at(), list),
    copy: async (from, to, copy = {}) => copyObject(await at(), from, to, copy),
    setAttributes: async (key, attributes, change = {}) => setAttributes(await at(), key, attributes, change),
    presignGet: async (key, presign) => presignGet(await at(), key, presign),
    presignPut: async (key, presign) => presignPut(await at(), key, presign),
    presignPost: async (key, presign) => presignPost(await at(), key, presign),
    multipart: multipartStorage(at),
    unfinished: unfinishedWrites(at),
    close: async () => connect.close(),
  }
  return checkedStorage(driver) as GcsStorage
}

/** The client library is loaded, and credentials are looked for, with the first call. */
function connection(options: GcsStorageOptions): { place(): Promise<Place>; close(): void } {
  const { bucket, prefix = '', partBytes = 8 * MIB, timeoutMs = 60_000, tries = 5, clock = { now: Date.now }, ...rest } = options
  const { storage: given, ...own } = rest
  let closed = false
  let opening: Promise<Place> | null = null
  const open = async (): Promise<Place> => {
    const storage = given ?? new (await import('@google-cloud/storage')).Storage(own)
    const service = new Service(storage, { timeoutMs, tries })
    const rounded = Math.max(1, Math.ceil(partBytes / GRAIN_BYTES)) * GRAIN_BYTES
    return { service, bucket, prefix, partBytes: rounded, now: () => clock.now() }
  }
  return {
    async place() {
      if (closed) throw new StowageError('unavailable', 'The storage was closed.', { retryable: false })
      opening ??= open()
      return opening.catch((error: unknown) => {
        opening = null
        throw broken(error, 'reach Google Cloud Storage')
      })
    },
    close() {
      closed = true
    },
  }
}
