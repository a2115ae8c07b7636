import { s3Server } from '@stowage/servers'
import { environment } from './harness/environment.ts'
import { publish } from './harness/markdown.ts'
import { serverOptions } from './harness/server-options.ts'
import { serverTable } from './harness/server-table.ts'
import { measureOn } from './s3/measure-row.ts'
import { rows } from './s3/shapes.ts'

const options = serverOptions()
const server = await s3Server()
if (!server) throw new Error('There is no S3 server here: tools/servers/install-ceph.sh brings one.')
const tables: string[] = []
for (const row of rows(options.quick).filter(({ title }) => title.includes(options.only))) {
  const results = await measureOn(server, row, options)
  if (results.size === 0) continue
  tables.push(serverTable(row, results))
  console.error(`${tables.at(-1)}\n`)
}

const page = `# Uploads and downloads on S3

${environment(['@aws-sdk/client-s3', '@aws-sdk/lib-storage', 'busboy', 'express'])}
The S3 server: ${server.version}, which keeps objects in memory, on the same machine.

Medians of ${options.runs} interleaved runs${options.quick ? ', each cut short (`--quick`)' : ''}; in brackets the distance between slowest and fastest run. Each server is a process of its own with a
bucket of its own, and warm; one client asks over raw sockets. CPU is user and system time of that process; memory is its highest above
what it had when it began to listen. After each run every object is counted, its size looked at, and removed; one per server is read back.

Stowage authenticates, asks the policy, parses the form, sniffs the type, computes SHA-256, and commits two transactions to SQLite (fsync each).
"busboy" parses the form and does nothing else; "no HTTP" stores bytes that are in its memory, asked by a request without a body. All send parts of 8 MiB,
four at once. Google Cloud Storage is the testkit's server in a process of its own, for the memory alone.

${tables.join('\n\n')}
`
await publish(options.whole ? 's3' : null, page)
process.exit()
