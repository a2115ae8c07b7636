import { type FsStorageOptions, fsStorage } from '@stowage/adapter-fs'

/** What several servers store in. */
export const openStorage = (options: FsStorageOptions) => fsStorage(options)
