import { StowageError } from '../contracts/errors.ts'
import type { StorageAdapter } from '../contracts/storage.ts'

/** The storage that new objects go to, and those that hold older ones. */
export interface Storages {
  readonly storage: StorageAdapter
  readonly otherStorages: readonly StorageAdapter[]
}

/** Where an object lies by its row. @throws StowageError `unavailable` where that storage is not in use here */
export function storageOf(storages: Storages, blob: { readonly storage: string; readonly key: string }): StorageAdapter {
  const found = allStorages(storages).find(({ name }) => name === blob.storage)
  if (found) return found
  throw new StowageError('unavailable', `Object ${blob.key} lies in storage ${blob.storage}, which is not in use here.`)
}

/** The one for new objects first. */
export const allStorages = ({ storage, otherStorages }: Storages): readonly StorageAdapter[] => [storage, ...otherStorages]
