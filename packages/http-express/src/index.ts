export { expressAssets } from './lib/express-assets.ts'
