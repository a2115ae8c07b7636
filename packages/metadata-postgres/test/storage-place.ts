import type { Clock, StorageAdapter } from '@stowage/core'

/** A storage that each process opens for itself. */
export interface StoragePlace {
  /** Path of a module whose `openStorage` takes the options, and a clock among them. */
  readonly module: string
  /** As JSON they reach another process. */
  readonly options: object
}

export async function storageAt({ module, options }: StoragePlace, clock?: Clock): Promise<StorageAdapter> {
  const { openStorage } = (await import(module)) as { openStorage(options: object): StorageAdapter }
  return openStorage({ ...options, ...(clock && { clock }) })
}
