export { type GcsStorage, type GcsStorageOptions, gcsStorage } from './lib/gcs-storage.ts'
