import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { environment } from './harness/environment.ts'
import { LEAST_ROUNDS } from './harness/interleave.ts'
import { publish } from './harness/markdown.ts'
import { measureLists } from './lists/measure-lists.ts'
import { measureUploads } from './lists/measure-uploads.ts'
import { PAGE_ROWS } from './lists/questions.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: String(LEAST_ROUNDS) },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    sizes: { type: 'string', default: '' },
    folder: { type: 'string', default: join(tmpdir(), 'stowage-bench-lists') },
  },
})
const { only } = values
const sizesText = values.sizes || (values.quick ? '1000,10000' : '10000,100000,1000000')
const sizes = sizesText.split(',').map(Number)
const rows = sizes.at(-1) ?? 0
const [asks, seconds] = values.quick ? [20, 1] : [200, 4]
const runs = Number(values.runs)
const folder = resolve(values.folder)
const tables = [
  await measureLists({ folder, sizes, only, runs, asks }),
  await measureUploads({ folder, rows, only, runs, seconds }),
].filter(table => table !== null)

const page = `# Lists, searches and records

${environment(['express'])}

Milliseconds, medians of ${runs} interleaved runs of ${asks} questions each, one after the other in one process: \`stowage.as(actor).list\` and \`get\`, with policy
and signed cursors, on SQLite; pages of ${PAGE_ROWS}. "At 90 %" begins where 90 % of the list is behind. Spaces and parts have about 1,000 assets, the small
space 200, the rare tag 100, the rare word 20, in a database of any size. Bare SQL is a prepared statement of \`node:sqlite\` on the same file,
with the same indexes, which is told the way to take. Growth is the last p50 by the first.

The second table is of uploads of 16 KiB over HTTP (Express) to ${rows.toLocaleString('en')} rows, ${seconds} s a run, alone and while others make 50 searches a second.

${tables.join('\n\n')}
`
await publish(!values.quick && only === '' && values.sizes === '' ? 'lists' : null, page)
