import { environment } from './harness/environment.ts'
import { publish } from './harness/markdown.ts'
import { nginxVersion } from './harness/nginx.ts'
import { serverOptions } from './harness/server-options.ts'
import { serverTable } from './harness/server-table.ts'
import { measureShape } from './upload/measure-shape.ts'
import { shapes } from './upload/shapes.ts'

const usual = ['busboy', 'multer', 'formidable', 'express']
const others = [
  '@fastify/busboy',
  '@remix-run/multipart-parser',
  'hono',
  '@tus/server',
  '@tus/file-store',
  '@flystorage/local-fs',
  'flydrive',
]
const options = serverOptions()
const more = `nginx: ${nginxVersion('dav') ?? 'left out, for this machine has none with the WebDAV module'}; one process. Remix' parser and Hono hold each file in memory. tus is one creation and one PATCH.`
const tables: string[] = []
for (const shape of shapes(options.quick).filter(({ title }) => title.includes(options.only))) {
  const results = await measureShape(shape, options)
  if (results.size === 0) continue
  tables.push(serverTable(shape, results))
  console.error(`${tables.at(-1)}\n`)
}

const page = `# Uploads by multipart to local disk

${environment(options.all ? [...usual, ...others] : usual)}

Medians of ${options.runs} interleaved runs${options.quick ? ', each cut short (`--quick`)' : ''}; in brackets the distance between slowest and fastest run. Each server is a process of its own and
warm; one client sends prepared bytes over raw sockets. CPU is user and system time of the server's process; memory is its highest above
what it had when it began to listen. After each run every file is counted and its size looked at; one per server is read back.

All but PUT, tus and those marked so compute SHA-256. Stowage also authenticates, asks the policy, sniffs the type, fsyncs file and folder, and commits two
transactions (fsync each) before it answers; no peer does. "prototype" is Stowage's parser and batched writes without any of this.${options.all ? `\n\n${more}` : ''}

${tables.join('\n\n')}
`
await publish(options.whole ? `upload${options.all ? '-all' : ''}` : null, page)
