import { parserPool } from '../../../src/lib/pool/parser-pool.ts'
import { fileOf } from '../file-of.ts'

/** Closes a pool whose only process is idle, and says so. */
const pool = parserPool({ children: 1 }, { tasks: new URL('../tasks/', import.meta.url) })
await pool.run('echo', fileOf(Buffer.from('x')), {})
await pool.close()
console.log('closed')
