import { type BridgedStorage, type BridgeOptions, bridgeStorage } from './lib/bridge-storage.ts'
import { type FilesSdkAdapter, filesSdkShelf } from './lib/files-sdk-shelf.ts'

export type { BridgedStorage, BridgeOptions } from './lib/bridge-storage.ts'
export type { FilesSdkAdapter } from './lib/files-sdk-shelf.ts'

/**
 * Storage on a files-sdk adapter, or on a `Files`. Objects are kept as chunks under names of the bridge's own.
 * @throws StowageError `unavailable` from `open` for an adapter that does not give back what was written
 * @see https://files-sdk.dev
 */
export function fromFilesSdk(adapter: FilesSdkAdapter, options: BridgeOptions = {}): BridgedStorage {
  return bridgeStorage('files-sdk', filesSdkShelf(adapter), options)
}
