import { runServer } from '@stowage-examples/shared/run-server'
import { openShowcase } from './server/open-showcase.ts'

await runServer('showcase', openShowcase)
