export type { ConnectionOptions } from './lib/client.ts'
export type { S3Flavor, S3Quirks } from './lib/quirks.ts'
export { type S3Storage, type S3StorageOptions, s3Storage } from './lib/s3-storage.ts'
