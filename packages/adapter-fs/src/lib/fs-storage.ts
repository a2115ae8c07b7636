import type { Clock, LocalFile, StorageAdapter } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { deleteObjects } from './delete.ts'
import { Directories } from './directories.ts'
import { fsError } from './errors.ts'
import { getObject } from './get.ts'
import { MAX_KEY_BYTES, MAX_SEGMENT_BYTES } from './keys.ts'
import { listObjects } from './list.ts'
import { openObject } from './open-object.ts'
import type { Place } from './place.ts'
import { putObject } from './put.ts'
import { openRoot } from './root.ts'
import { Stamps } from './stamps.ts'
import { systemClock } from './system-clock.ts'
import { removeAbandoned } from './temp-files.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export interface FsStorageOptions {
  /** Folder that holds the objects, each at the path that its key names. May be a symbolic link; nothing below it may. */
  readonly root: string
  /**
   * When the root may be made. Default: where there is no such folder. `true`: also in a folder that exists and is empty, which an
   * unmounted disk looks like too. `false`: never.
   */
  readonly create?: boolean
  /** Default: the system's. */
  readonly clock?: Clock
  /** Age at which temporary files count as left behind by a process that died; they go when the storage opens. Default one day. */
  readonly abandonedAfterMs?: number
  /** Permissions of objects, before the umask. Default 0o640. */
  readonly fileMode?: number
  /** Permissions of folders, before the umask. Default 0o750. */
  readonly directoryMode?: number
}

export type FsStorage = StorageAdapter & Required<Pick<StorageAdapter, 'open' | 'close' | 'localFile'>>

/**
 * Objects as plain files on a local disk: durable before they are acknowledged, visible whole or not at all.
 * @throws StowageError `unavailable` from `open` where the root is missing, unmounted or not writable
 */
export function fsStorage(options: FsStorageOptions): FsStorage {
  const use = lazily(() => openPlace(options))
  const run = async <T>(doing: string, work: (place: Place) => Promise<T>): Promise<T> => {
    try {
      return await work(await use.get())
    } catch (error) {
      throw fsError(error, doing)
    }
  }
  const named = (verb: string, key: string) => `${verb} ${JSON.stringify(key)}`
  return {
    name: 'fs',
    capabilities: capabilities(),
    open: () => run(`open the storage root ${options.root}`, async () => undefined),
    put: (key, body, put = {}) => run(named('store', key), place => putObject(place, key, body, put)),
    get: (key, get = {}) => run(named('read', key), place => getObject(place, key, get)),
    head: key => run(named('look up', key), place => headObject(place, key)),
    delete: (keys, { signal } = {}) => run('delete objects', place => deleteObjects(place, keys, signal)),
    list: (list = {}) => run('list objects', place => listObjects(place, list)),
    localFile: key => run(named('open', key), place => openObject(place, key) as Promise<LocalFile | null>),
    close: use.close,
  }
}

function capabilities() {
  return {
    createOnly: true,
    conditionalPut: false,
    attributes: false,
    userMetadata: false,
    keyMayBePrefix: false,
    maxKeyBytes: MAX_KEY_BYTES,
    maxKeySegmentBytes: MAX_SEGMENT_BYTES,
    maxObjectBytes: 2 ** 43,
    copy: false,
    presignGet: false,
    presignPut: false,
    presignPost: false,
    multipart: false,
    localFile: true,
  }
}

async function openPlace(options: FsStorageOptions): Promise<Place> {
  const { clock = systemClock, directoryMode = 0o750, fileMode = 0o640 } = options
  const root = await openRoot({ root: options.root, create: options.create, directoryMode })
  await removeAbandoned(root, clock.now(), options.abandonedAfterMs ?? DAY_MS)
  return { root, directories: new Directories(root, directoryMode), stamps: new Stamps(clock), clock, fileMode }
}

async function headObject(place: Place, key: string) {
  const opened = await openObject(place, key)
  await opened?.handle.close()
  return opened?.info ?? null
}

/** Opens at first use, and again where that failed. */
function lazily<T>(open: () => Promise<T>) {
  let opening: Promise<T> | null = null
  let closed = false
  return {
    get(): Promise<T> {
      if (closed) throw new StowageError('unavailable', 'The storage was closed.', { retryable: false })
      const current = opening ?? open()
      opening = current
      current.catch(() => {
        if (opening === current) opening = null
      })
      return current
    },
    async close(): Promise<void> {
      closed = true
    },
  }
}
