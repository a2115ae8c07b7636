import { type BridgedStorage, type BridgeOptions, bridgeStorage } from './lib/bridge-storage.ts'
import { type FlystorageSource, flystorageShelf } from './lib/flystorage-shelf.ts'

export type { BridgedStorage, BridgeOptions } from './lib/bridge-storage.ts'
export type { FlystorageSource } from './lib/flystorage-shelf.ts'

/**
 * Storage on a Flystorage adapter, or on a `FileStorage`. Objects are kept as chunks under names of the bridge's own.
 * @throws StowageError `unavailable` from `open` for a source that does not give back what was written
 * @see https://flystorage.dev
 */
export function fromFlystorage(source: FlystorageSource, options: BridgeOptions = {}): BridgedStorage {
  return bridgeStorage('flystorage', flystorageShelf(source), options)
}
