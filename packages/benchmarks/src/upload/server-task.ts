import { offerServer } from '../harness/server-process.ts'
import { type ContenderName, contenders } from './contenders.ts'

const [name = '', folder = ''] = process.argv.slice(2)
const { serve } = await contenders[name as ContenderName].load()
await offerServer(await serve(folder))
