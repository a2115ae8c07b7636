import { type BridgedStorage, type BridgeOptions, bridgeStorage } from './lib/bridge-storage.ts'
import { type UnstorageDriver, unstorageShelf } from './lib/unstorage-shelf.ts'

export type { BridgedStorage, BridgeOptions } from './lib/bridge-storage.ts'
export type { UnstorageDriver } from './lib/unstorage-shelf.ts'

/**
 * Storage on an unstorage driver, or on what `createStorage` gives. Objects are kept as chunks under names of the bridge's own.
 * @param options `chunkBytes` must not be larger than the largest value that the driver takes
 * @throws StowageError `unsupported` for a driver that is read-only, expires or drops values; `unavailable` from `open` for one that does not give
 *   back what was written
 * @see https://unstorage.unjs.io
 */
export function fromUnstorage(driver: UnstorageDriver, options: BridgeOptions = {}): BridgedStorage {
  return bridgeStorage('unstorage', unstorageShelf(driver), options)
}
