import { serve } from '@stowage-examples/shared'
import { vaultsApp } from './api.ts'

await serve('vaults', vaultsApp)
