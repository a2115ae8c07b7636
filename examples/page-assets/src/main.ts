import { serve } from '@stowage-examples/shared'
import { pageAssetsApp } from './api.ts'

await serve('page-assets', pageAssetsApp)
