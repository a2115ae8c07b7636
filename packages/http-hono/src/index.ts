export { type HonoAssetsOptions, honoAssets } from './lib/hono-assets.ts'
