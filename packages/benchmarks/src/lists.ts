import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { environment } from './harness/environment.ts'
import { LEAST_ROUNDS } from './harness/interleave.ts'
import { publish } from './harness/markdown.ts'
import { measureLists } from './lists/measure-lists.ts'
import { measureUploads } from './lists/measure-uploads.ts'
import { postgresLists } from './lists/postgres-lists.ts'
import { PAGE_ROWS } from './lists/questions.ts'
import { sqliteLists } from './lists/sqlite-lists.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: String(LEAST_ROUNDS) },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    sizes: { type: 'string', default: '' },
    database: { type: 'string', default: 'sqlite' },
    folder: { type: 'string', default: join(tmpdir(), 'stowage-bench-lists') },
  },
})
const { only } = values
const onPostgres = values.database === 'postgres'
const usual = onPostgres ? '10000,1000000' : '10000,100000,1000000'
const sizes = (values.sizes || (values.quick ? '1000,10000' : usual)).split(',').map(Number)
const rows = sizes.at(-1) ?? 0
const [asks, seconds] = values.quick ? [20, 1] : [200, 4]
const runs = Number(values.runs)
const folder = resolve(values.folder)
const title = !values.quick && only === '' && values.sizes === '' ? (onPostgres ? 'lists-postgres' : 'lists') : null
await publish(title, onPostgres ? await postgresPage() : await sqlitePage())

async function sqlitePage(): Promise<string> {
  const contender = sqliteLists(folder)
  const tables = [
    await measureLists({ contender, sizes, only, runs, asks }),
    await measureUploads({ folder, rows, only, runs, seconds }),
  ].filter(table => table !== null)
  return `# Lists, searches and records

${environment(['express'])}

${questionsOn('SQLite')} Bare SQL is a prepared statement of \`node:sqlite\` on the same file,
with the same indexes, which is told the way to take. Growth is the last p50 by the first.

The second table is of uploads of 16 KiB over HTTP (Express) to ${rows.toLocaleString('en')} rows, ${seconds} s a run, alone and while others make 50 searches a second.

${tables.join('\n\n')}
`
}

async function postgresPage(): Promise<string> {
  const contender = await postgresLists(folder)
  try {
    const table = await measureLists({ contender, sizes, only, runs, asks })
    return `# Lists, searches and records on PostgreSQL

${environment(['pg'])} ${contender.version}, on the same machine, with the settings that it comes with.

${questionsOn('PostgreSQL')} Bare SQL is a prepared statement on one connection
to the same database, which takes the way that PostgreSQL chooses. Growth is the last p50 by the first.

${table ?? ''}
`
  } finally {
    await contender.close()
  }
}

function questionsOn(database: string): string {
  return `Milliseconds, medians of ${runs} interleaved runs of ${asks} questions each, one after the other in one process: \`stowage.as(actor).list\` and \`get\`, with policy
and signed cursors, on ${database}; pages of ${PAGE_ROWS}. "At 90 %" begins where 90 % of the list is behind. Spaces and parts have about 1,000 assets, the small
space 200, the rare tag 100, the rare word 20, in a database of any size.`
}
