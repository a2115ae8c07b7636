import { serve } from '@stowage-examples/shared'
import { productImagesApp } from './api.ts'

await serve('product-images', productImagesApp)
