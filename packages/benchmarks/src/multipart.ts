import { parseArgs } from 'node:util'
import { environment } from './harness/environment.ts'
import { interleave, LEAST_ROUNDS } from './harness/interleave.ts'
import { figure, mebibytes, publish, ratio, table } from './harness/markdown.ts'
import { type Summary, summarise } from './harness/summary.ts'
import { runTask } from './harness/task.ts'
import { type BodyName, bodies } from './multipart/bodies.ts'
import { type ParserName, parsers } from './multipart/parsers.ts'

interface Row {
  readonly title: string
  readonly body: BodyName
  /** Parsed before, in the same process. */
  readonly earlier?: BodyName
  /** At least this many times busboy, as the project's targets say. */
  readonly target: number
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: String(LEAST_ROUNDS) },
    seconds: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})
const rounds = Number(options.rounds)
const seconds = options.seconds || (options.quick ? '0.2' : '1')
const script = new URL('./multipart/parse-task.ts', import.meta.url)
const parserNames = Object.keys(parsers) as ParserName[]
const special: Partial<Record<BodyName, number>> = { 'random bytes': 3, 'many small fields': 4 }
const rows: Row[] = (Object.keys(bodies) as BodyName[]).map(body => ({ title: body, body, target: special[body] ?? 2 }))
rows.push({ title: 'many small fields, after forms with a file', body: 'many small fields', earlier: 'random bytes', target: 4 })

const throughput: string[][] = []
const memory: string[][] = []
for (const row of rows.filter(({ title }) => title.includes(options.only))) {
  const results = await interleave(parserNames, rounds, name =>
    runTask(script, [name, row.body, seconds, ...(row.earlier === undefined ? [] : [row.earlier])]),
  )
  const summaries = new Map([...results].map(([name, runs]) => [name, summarise(runs)]))
  throughput.push(throughputCells(row, summaries))
  memory.push([row.title, ...parserNames.map(name => mebibytes(summaries.get(name)?.peakBytes ?? 0))])
  console.error(throughput.at(-1)?.join('  '))
}

const page = `# Multipart parsers, alone

${environment(['busboy', '@fastify/busboy'])}

Medians of ${rounds} interleaved runs of ${seconds} s, each in a process of its own, after a warm-up. Per CPU second (user and system);
in brackets the distance between slowest and fastest run. MB/s of content for files of 16 MiB in chunks of 64 KiB; parts/s for 10,000 fields.
"Iterated" is \`parseMultipart\` over an async generator, "pushed" is \`createPushParser\`; the peers are written to, with \`drain\` respected.

${table(['', ...parserNames, 'iterated ÷ busboy', 'pushed ÷ busboy', 'target'], throughput)}

Peak resident memory, MiB:

${table(['', ...parserNames], memory)}
`
await publish(options.only === '' && !options.quick ? 'multipart' : null, page)

function throughputCells(row: Row, summaries: ReadonlyMap<ParserName, Summary>): string[] {
  const body = bodies[row.body]()
  const small = body.parts > 1
  const perForm = small ? body.parts : body.contentBytes / 1e6
  const rate = (name: ParserName) => summaries.get(name)?.perCpuSecond ?? Number.NaN
  const cells = parserNames.map(name => {
    const percent = Math.round((summaries.get(name)?.spread ?? 0) * 100)
    return `${figure(rate(name) * perForm)} ${small ? 'parts/s' : 'MB/s'} (${percent} %)`
  })
  const ratios = (['stowage, iterated', 'stowage, pushed'] as const).map(name => ratio(rate(name) / rate('busboy')))
  return [row.title, ...cells, ...ratios, `≥ ${row.target} ×`]
}
