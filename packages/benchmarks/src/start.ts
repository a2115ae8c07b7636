import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { environment } from './harness/environment.ts'
import { interleave } from './harness/interleave.ts'
import { figure, mebibytes, publish, table } from './harness/markdown.ts'
import { median, spread } from './harness/statistics.ts'
import { clientSize } from './start/client-size.ts'
import { type Start, startProgram } from './start/start-program.ts'

interface Program {
  readonly script: string
  /** Whether the folder that it is given is empty. Default false: it has been there before. */
  readonly fresh?: boolean
  readonly targets?: { readonly milliseconds: number; readonly mebibytes: number }
}

const LEAST_STARTS = 15
const CLIENT_TARGETS = { first: 6 * 1024, all: 12 * 1024 }
const programs = {
  'bare Node': { script: 'bare' },
  'createStowage, fs and SQLite': { script: 'stowage', targets: { milliseconds: 150, mebibytes: 40 } },
  'the same, on an empty folder': { script: 'stowage', fresh: true },
  'Express, listening': { script: 'express' },
  'Stowage on Express, listening': { script: 'stowage-on-express' },
} satisfies Record<string, Program>
type ProgramName = keyof typeof programs

const { values } = parseArgs({
  options: { runs: { type: 'string', default: String(LEAST_STARTS) }, quick: { type: 'boolean', default: false } },
})
const runs = values.quick ? 5 : Number(values.runs)
const data = await mkdtemp(join(tmpdir(), 'stowage-bench-'))
try {
  await publish(values.quick ? null : 'start', await page())
} finally {
  await rm(data, { recursive: true, force: true })
}

async function page(): Promise<string> {
  const names = Object.keys(programs) as ProgramName[]
  for (const name of names) await startOne(name)
  const results = await interleave(names, runs, startOne)
  const { firstGzipBytes, allGzipBytes } = await clientSize()
  return `# Start and size

${environment(['express'])}

Medians of ${runs} interleaved starts of the packages as built; in brackets the distance between slowest and fastest. From the fork of the process to its word
that it has started; CPU is user and system time until then; memory is what is resident after a second of idleness.

${startTable(results)}

${table(
  ['browser client, minified, gzip', 'bytes', 'target'],
  [
    ['what a page loads at first', figure(firstGzipBytes), `≤ ${figure(CLIENT_TARGETS.first)}`],
    ['everything, resumable uploads included', figure(allGzipBytes), `≤ ${figure(CLIENT_TARGETS.all)}`],
  ],
)}
`
}

async function startOne(name: ProgramName): Promise<Start> {
  const { script, fresh = false }: Program = programs[name]
  if (!fresh) return startProgram(script, join(data, script))
  const folder = await mkdtemp(join(data, 'fresh-'))
  const start = await startProgram(script, folder)
  await rm(folder, { recursive: true })
  return start
}

function startTable(results: ReadonlyMap<ProgramName, readonly Start[]>): string {
  const of = (name: ProgramName, value: (start: Start) => number): number => median((results.get(name) ?? []).map(value))
  const milliseconds = (name: ProgramName): number => of(name, start => start.seconds * 1000)
  const idle = (name: ProgramName): number => of(name, start => start.idleBytes)
  const lines = [...results].map(([name, starts]) => {
    const { targets }: Program = programs[name]
    const percent = Math.round(spread(starts.map(({ seconds }) => seconds)) * 100)
    return [
      name,
      `${figure(milliseconds(name))} (${percent} %)`,
      figure(milliseconds(name) - milliseconds('bare Node')),
      targets ? `≤ ${targets.milliseconds}` : '',
      figure(of(name, start => start.cpuSeconds * 1000)),
      mebibytes(idle(name)),
      mebibytes(idle(name) - idle('bare Node')),
      targets ? `≤ ${targets.mebibytes}` : '',
    ]
  })
  return table(['', 'start, ms', 'above bare Node', 'target', 'CPU, ms', 'idle, MiB', 'above bare Node', 'target'], lines)
}
