import { measureShape } from './download/measure-shape.ts'
import { shapes } from './download/shapes.ts'
import { environment } from './harness/environment.ts'
import { publish } from './harness/markdown.ts'
import { nginxVersion } from './harness/nginx.ts'
import { serverOptions } from './harness/server-options.ts'
import { serverTable } from './harness/server-table.ts'

const usual = ['send', 'sirv', 'express']
const others = ['@hono/node-server', '@fastify/static', '@flystorage/local-fs', 'flydrive']
const options = serverOptions()
const nginx = `nginx: ${nginxVersion() ?? 'left out, for this machine has none'}; one process, with \`tcp_nopush\` where it has \`sendfile\`. Hono knows no conditions, Flystorage and flydrive no HTTP: no ETags, no ranges.`
const tables: string[] = []
for (const shape of shapes.filter(({ title }) => title.includes(options.only))) {
  const results = await measureShape(shape, options)
  if (results.size === 0) continue
  tables.push(serverTable(shape, results))
  console.error(`${tables.at(-1)}\n`)
}

const page = `# Downloads from local disk

${environment(options.all ? [...usual, ...others] : usual)}

Medians of ${options.runs} interleaved runs${options.quick ? ', each cut short (`--quick`)' : ''}; in brackets the distance between slowest and fastest run. Each server is a process of its own and
warm; one client asks over raw sockets that are kept alive, with one request at a time on each. CPU is user and system time of the server's
process; memory is its highest above what it had when it began to listen. Status and length of each answer are looked at, and the bytes of
the first. The files are in the page cache.

Stowage finds a public asset by its filename in its space, in its database, and asks the policy. \`createReadStream\` stats the file, and
knows no conditions; sirv has read the folder when it began.${options.all ? ` ${nginx}` : ''}

${tables.join('\n\n')}
`
await publish(options.whole ? `download${options.all ? '-all' : ''}` : null, page)
