import { openLimited } from '../threats/admission/limited-server.ts'

// A second server on the same disk and database: tells its port, and lives until it is killed.
const [root = ''] = process.argv.slice(2)
const { port } = await openLimited(root)
process.send?.({ port })
