export { type FsStorage, type FsStorageOptions, fsStorage } from './lib/fs-storage.ts'
