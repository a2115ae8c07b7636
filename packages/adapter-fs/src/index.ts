export { type FsStorage, type FsStorageOptions, fsStorage } from './lib/fs-storage.ts'
export type { IncomingRequest, SignedRequest } from './lib/signed-request.ts'
export type { SignedUrls } from './lib/signed-urls.ts'
export type { SigningOptions } from './lib/signing.ts'
