import { once } from 'node:events'
import { openCounting } from '../counting-server.ts'

// A second server on the same disk and database: tells its port, and at its end how many commits held counters.
const [root = ''] = process.argv.slice(2)
const server = await openCounting(root)
process.send?.({ port: server.port })
await once(process, 'message')
await server.close()
process.send?.({ writes: server.writes() }, () => process.disconnect())
