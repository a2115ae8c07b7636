import { type S3StorageOptions, s3Storage } from '../../src/index.ts'

/** What several servers store in. */
export const openStorage = (options: S3StorageOptions) => s3Storage(options)
