import { offerServer } from '../harness/server-process.ts'
import { type ContenderName, contenders } from './contenders.ts'

const [name = '', folder = ''] = process.argv.slice(2)
await offerServer(await contenders[name as ContenderName].serve(folder))
