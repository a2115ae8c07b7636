import type { Clock, StorageAdapter } from '@stowage/core/contracts'
import { capabilitiesOf } from './capabilities.ts'
import { copyObject } from './copy.ts'
import { deleteObjects } from './delete.ts'
import { Directories } from './directories.ts'
import { fsError } from './errors.ts'
import { getObject } from './get.ts'
import { headObject } from './head.ts'
import { listObjects } from './list.ts'
import { multipartStorage } from './multipart-storage.ts'
import { openLocalFile } from './open-object.ts'
import { Opening } from './opening.ts'
import type { Place } from './place.ts'
import { putObject } from './put.ts'
import { openRoot } from './root.ts'
import type { Run } from './run.ts'
import { type SignedUrls, signedUrls } from './signed-urls.ts'
import { type SigningOptions, UrlSigner } from './signing.ts'
import { SmallWrites, workerScript } from './small-writes/small-writes.ts'
import { Stamps } from './stamps.ts'
import { systemClock } from './system-clock.ts'
import { removeAbandoned } from './temp-files.ts'
import { unfinishedWrites } from './unfinished.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export interface FsStorageOptions {
  /** Folder that holds the objects, each at the path that its key names. May be a symbolic link; nothing below it may. */
  readonly root: string
  /**
   * When the root may be made. Default: where there is no such folder. `true`: also in a folder that exists and is empty, which an
   * unmounted disk looks like too. `false`: never.
   */
  readonly create?: boolean
  /** Makes the storage sign URLs of its own. Absent: presigning is not offered. */
  readonly signing?: SigningOptions
  /** Default: the system's. */
  readonly clock?: Clock
  /** Age at which temporary files count as left behind by a process that died; they go when the storage opens. Default one day. */
  readonly abandonedAfterMs?: number
  /** The same for uploads in parts that were never completed, since their last part. Default seven days. */
  readonly abandonedUploadsAfterMs?: number
  /** Permissions of objects, before the umask. Default 0o640. */
  readonly fileMode?: number
  /** Permissions of folders, before the umask. Default 0o750. */
  readonly directoryMode?: number
}

/** What {@link fsStorage} offers: all that a StorageAdapter may, and `openSignedRequest` where it signs URLs. */
export interface FsStorage
  extends Omit<StorageAdapter, Offered | keyof SignedUrls | 'presignPost'>,
    Required<Pick<StorageAdapter, Offered>>,
    Partial<SignedUrls> {}

type Offered = 'open' | 'identity' | 'close' | 'copy' | 'multipart' | 'unfinished' | 'localFile'

/**
 * Objects as plain files on a local disk: durable before they are acknowledged, visible whole or not at all.
 *
 * Does not keep content types or other attributes, nor overwrite on condition; a key can't be another key's folder.
 * @throws StowageError `unavailable` from `open` where the root is missing, unmounted or not writable
 */
export function fsStorage(options: FsStorageOptions): FsStorage {
  const { clock = systemClock } = options
  const signer = options.signing && new UrlSigner(options.signing)
  const opening = new Opening(() => openPlace(options, clock))
  const run: Run = async (doing, work) => {
    try {
      return await work(await opening.get())
    } catch (error) {
      throw fsError(error, doing)
    }
  }
  return {
    name: 'fs',
    capabilities: capabilitiesOf({ signs: signer !== undefined }),
    open: () => run(`open the storage root ${options.root}`, async () => undefined),
    identity: () => run('identify the storage', async place => place.root.id),
    put: (key, body, put = {}) => run(`store ${quoted(key)}`, place => putObject(place, key, body, put)),
    get: (key, get = {}) => run(`read ${quoted(key)}`, place => getObject(place, key, get)),
    head: (key, { signal } = {}) => run(`look up ${quoted(key)}`, place => headObject(place, key, signal)),
    delete: (keys, { signal } = {}) => run('delete objects', place => deleteObjects(place, keys, signal)),
    list: (list = {}) => run('list objects', place => listObjects(place, list)),
    copy: (from, to, copy = {}) => run(`copy ${quoted(from)} to ${quoted(to)}`, place => copyObject(place, from, to, copy)),
    localFile: key => run(`open ${quoted(key)}`, place => openLocalFile(place, key)),
    multipart: multipartStorage(run, signer && { signer, clock }),
    unfinished: unfinishedWrites(run),
    ...(signer && signedUrls(run, signer, clock)),
    close: async () => {
      const place = await opening.close()
      await place?.smallWrites?.close()
    },
  }
}

const quoted = (key: string) => JSON.stringify(key.slice(0, 200))

async function openPlace(options: FsStorageOptions, clock: Clock): Promise<Place> {
  const { directoryMode = 0o750, fileMode = 0o640 } = options
  const root = await openRoot({ root: options.root, create: options.create, directoryMode })
  const now = clock.now()
  await removeAbandoned(root, {
    files: now - (options.abandonedAfterMs ?? DAY_MS),
    uploads: now - (options.abandonedUploadsAfterMs ?? 7 * DAY_MS),
  })
  const directories = new Directories(root, directoryMode)
  const script = root.holdsFolders ? workerScript() : null
  const smallWrites = script && new SmallWrites(script, { work: root.work, fileMode, directoryMode })
  return { root, directories, stamps: new Stamps(clock), smallWrites, fileMode, directoryMode }
}
