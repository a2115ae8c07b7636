import { type Clock, checkedStorage, type StorageAdapter, type StorageCapabilities } from '@stowage/core/contracts'
import { boundedShelf } from './bounded-shelf.ts'
import { deleteObjects } from './delete.ts'
import { getObject } from './get.ts'
import { headObject } from './head.ts'
import { KeyQueue } from './key-queue.ts'
import { listObjects } from './list.ts'
import { openMarker } from './marker.ts'
import type { Place } from './place.ts'
import { putObject } from './put.ts'
import type { Shelf } from './shelf.ts'
import { unfinishedWrites } from './unfinished.ts'

const MIB = 1024 * 1024

/** What all bridges can be told. */
export interface BridgeOptions {
  /**
   * Objects are kept as values of at most so many bytes, of which one is held in memory for each write and read. A source's own limit for a
   * value must not be smaller. Objects that exist keep theirs. 1 KiB to 1 GiB, default 1 MiB.
   */
  readonly chunkBytes?: number
  /** Largest object. Default 1 TiB. */
  readonly maxObjectBytes?: number
  /** After so long without an answer, one call of the source ends in `timeout`. Default 60 s. */
  readonly timeoutMs?: number
  /** Dates the objects. Default: the system's time. */
  readonly clock?: Pick<Clock, 'now'>
}

/** A {@link StorageAdapter} over a source that keeps values under names. */
export type BridgedStorage = StorageAdapter & Required<Pick<StorageAdapter, 'open' | 'identity' | 'unfinished'>>

/** Everything that a bridge can do follows from what {@link Shelf} asks: the same for every source. */
const CAPABILITIES: Omit<StorageCapabilities, 'maxObjectBytes'> = {
  createOnly: false,
  conditionalPut: false,
  attributes: false,
  userMetadata: false,
  maxUserMetadataBytes: 0,
  delimiter: false,
  keyMayBePrefix: true,
  maxKeyBytes: 1024,
  maxKeySegmentBytes: 1024,
  copy: false,
  setAttributes: false,
  presignGet: false,
  presignPut: false,
  presignPost: false,
  multipart: false,
  localFile: false,
}

export function bridgeStorage(name: string, source: Shelf, options: BridgeOptions): BridgedStorage {
  const { chunkBytes = MIB, maxObjectBytes = MIB * MIB, timeoutMs = 60_000, clock } = options
  if (!Number.isInteger(chunkBytes) || chunkBytes < 1024 || chunkBytes > 1024 * MIB)
    throw new RangeError(`chunkBytes is ${chunkBytes}, not from 1024 to ${1024 * MIB}.`)
  const shelf = boundedShelf(source, timeoutMs)
  const now = () => clock?.now() ?? Date.now()
  const place: Place = { shelf, queue: new KeyQueue(), chunkBytes, maxObjectBytes, now }
  const driver: BridgedStorage = {
    name,
    capabilities: { ...CAPABILITIES, maxObjectBytes },
    open: async () => {
      await openMarker(shelf)
    },
    identity: () => openMarker(shelf),
    put: (key, body, put = {}) => putObject(place, key, body, put),
    get: (key, get = {}) => getObject(place, key, get),
    head: (key, head = {}) => headObject(place, key, head.signal),
    delete: (keys, { signal } = {}) => deleteObjects(place, keys, signal),
    list: (list = {}) => listObjects(place, list),
    unfinished: unfinishedWrites(place),
  }
  return checkedStorage(driver) as BridgedStorage
}
