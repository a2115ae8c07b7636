import { serve } from '@stowage-examples/shared'
import { assetLibraryApp } from './api.ts'

await serve('asset-library', assetLibraryApp)
