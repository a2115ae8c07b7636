export { type ExpressAssetsOptions, expressAssets } from './lib/express-assets.ts'
