import { environment } from './harness/environment.ts'
import type { Measurement } from './harness/interleave.ts'
import { publish, ratio, table } from './harness/markdown.ts'
import { serverOptions } from './harness/server-options.ts'
import { serverTable } from './harness/server-table.ts'
import { summarise } from './harness/summary.ts'
import { type ContenderName, comparisons } from './records/contenders.ts'
import { measureRecords } from './records/measure.ts'

const options = serverOptions()
const [records, seconds, warmUpSeconds] = options.quick ? [2000, 0.4, 1.5] : [10_000, 2, 3]
const rows = [32, 1].map(connections => ({
  connections,
  title: `one record × ${connections}`,
  unit: { name: 'requests', work: 1 },
  targets: {},
}))
const tables: string[] = []
for (const row of rows.filter(({ title }) => title.includes(options.only))) {
  const results = await measureRecords({ records, connections: row.connections, seconds, warmUpSeconds }, options)
  tables.push(serverTable<ContenderName>(row, results), comparisonTable(row.title, results))
  console.error(`${tables.at(-2)}\n`)
}

const page = `# Records over HTTP

${environment(['express', 'hono', '@hono/node-server', 'fastify', 'koa'])}

Medians of ${options.runs} interleaved runs of ${seconds} s; in brackets the distance between slowest and fastest run. Each server is a process of its own
and warm; one client asks for records by id over 32 raw sockets, or one, that are kept alive. ${records.toLocaleString('en')} records in SQLite (\`node:sqlite\`).

Stowage authenticates a bearer token, loads the space and asks the policy of it; the frameworks run one prepared statement and send its row as JSON, with the same members.

${tables.join('\n\n')}
`
await publish(options.whole ? 'records' : null, page)

function comparisonTable(title: string, found: ReadonlyMap<ContenderName, readonly Measurement[]>): string {
  const lines = comparisons.flatMap(([own, peer, target]) => {
    const [a, b] = [found.get(own), found.get(peer)].map(measurements => measurements && summarise(measurements))
    if (!a || !b) return []
    const ratios = [ratio(a.perWallSecond / b.perWallSecond), ratio(a.perCpuSecond / b.perCpuSecond)]
    return [[`${own} ÷ ${peer}`, ...ratios, target === null ? '' : `≥ ${target} ×`]]
  })
  return table([title, 'requests/s', 'per CPU second', 'target'], lines)
}
