import { offerServer } from '../harness/server-process.ts'
import { serveFiles } from './stowage.ts'

const [folder = ''] = process.argv.slice(2)
await offerServer(await serveFiles(folder))
