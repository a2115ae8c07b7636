import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { environment } from './harness/environment.ts'
import { interleave, LEAST_ROUNDS, type Measurement } from './harness/interleave.ts'
import { figure, publish, ratio, table } from './harness/markdown.ts'
import { median, spread } from './harness/statistics.ts'
import { runTask } from './harness/task.ts'
import { documents, sizes, thumbnails } from './media/contenders.ts'
import { makeMaterials, pictureNames } from './media/materials.ts'

interface Row {
  readonly title: string
  readonly contenders: readonly string[]
  readonly file: string
  readonly seconds: number
  /** Most figures are rates, by the clock: children work too, and belong to no single process. */
  readonly of: (run: Measurement) => number
  readonly unit: string
  /** What is said of the first by the second; null where there is no second. */
  readonly target: string
  readonly asked?: 'delay'
}

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: String(LEAST_ROUNDS) },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})
const pdfPages = options.quick ? 50 : 1000
const script = new URL('./media/media-task.ts', import.meta.url)
const named = (table: string, names: object) => Object.keys(names).map(name => `${table}: ${name}`)
const [oneAtATime, alone, ...together] = named('thumbnails', thumbnails)
const rate = { of: (run: Measurement) => run.work / run.wallSeconds, unit: '/s' }
const delay = { of: (run: Measurement) => run.work, unit: ' ms', asked: 'delay', target: '≤ 50 ms' } as const
const pages = named('documents', documents)

const photo = { file: 'photo.jpeg', seconds: 3 }
const rows: readonly Row[] = [
  { title: 'thumbnails, one at a time', contenders: [oneAtATime ?? '', alone ?? ''], ...photo, ...rate, target: '≥ 0.85 ×' },
  { title: 'thumbnails, 4 at once', contenders: together, ...photo, ...rate, target: '≥ 0.85 ×' },
  { title: 'event-loop delay, p99, thumbnails 4 at once', contenders: together, ...photo, ...delay },
  ...pictureNames.map(name => ({
    title: `dimensions of a ${name}`,
    contenders: named('sizes', sizes),
    file: `small.${name}`,
    seconds: 1,
    of: (run: Measurement) => run.work / run.cpuSeconds,
    unit: ' per CPU second',
    target: '',
  })),
  { title: `pages of a PDF of ${figure(pdfPages)}`, contenders: pages, file: 'report.pdf', seconds: 1, ...rate, target: '' },
  { title: 'event-loop delay, p99, PDF', contenders: pages, file: 'report.pdf', seconds: 1, ...delay },
]

const folder = await makeMaterials(pdfPages)
const lines: string[][] = []
try {
  for (const row of rows.filter(({ title }) => title.includes(options.only))) {
    lines.push(await measure(row))
    console.error(lines.at(-1)?.join('  '))
  }
} finally {
  await rm(folder, { recursive: true })
}

const page = `# Pictures and documents

${environment(['sharp', 'image-size', 'pdfjs-dist'])}

Medians of ${options.runs} interleaved runs, each contender in a process of its own, after a warm-up; in brackets the distance between slowest and fastest.
Rates per second are by the clock, since children work too. The photo is a JPEG of 12 megapixels on its side, its thumbnail 400 pixels wide; \`sharp\` makes it in the server's own
process. Dimensions are told from 64 KiB in memory; \`image-size\` does not turn what EXIF turns in PNG and WebP. Of a PDF the text of all pages is read.

${table(['', 'stowage', 'peer', 'ratio', 'target'], lines)}
`
await publish(options.only === '' && !options.quick ? 'media' : null, page)

async function measure({ title, contenders, file, seconds, of, unit, target, asked }: Row): Promise<string[]> {
  const time = String(options.quick ? Math.min(seconds, 0.5) : seconds)
  const results = await interleave(contenders, Number(options.runs), name =>
    runTask(script, [name, folder, file, time, ...(asked ? [asked] : [])]),
  )
  const figures = contenders.map(name => (results.get(name) ?? []).map(of))
  const cells = figures.map(runs => `${figure(median(runs))}${unit} (${Math.round(spread(runs) * 100)} %)`)
  const [own = [], peer = []] = figures
  return [title, ...cells, asked ? '' : ratio(median(own) / median(peer)), target]
}
