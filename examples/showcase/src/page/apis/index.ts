import type { Api } from './api.ts'
import { assetLibrary } from './asset-library.ts'
import { pageAssets } from './page-assets.ts'
import { productImages } from './product-images.ts'
import { vaults } from './vaults.ts'

export const apis: readonly Api[] = [pageAssets, assetLibrary, vaults, productImages]
