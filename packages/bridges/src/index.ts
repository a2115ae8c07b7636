export { type FilesSdkAdapter, fromFilesSdk } from './files-sdk.ts'
export { type BridgedStorage, type BridgeOptions, type FlystorageSource, fromFlystorage } from './flystorage.ts'
export { fromUnstorage, type UnstorageDriver } from './unstorage.ts'
