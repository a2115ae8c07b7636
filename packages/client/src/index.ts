export { type AssetClient, type AssetClientOptions, createAssetClient } from './lib/client.ts'
export { AssetClientError } from './lib/error.ts'
export type * from './lib/inputs.ts'
export type * from './lib/wire.ts'
