export { pageAssetsScript } from './lib/page-assets/page-assets-script.ts'
