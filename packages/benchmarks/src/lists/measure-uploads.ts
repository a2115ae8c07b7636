import { existsSync } from 'node:fs'
import { copyFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contentOf } from '../harness/content.ts'
import { load } from '../harness/load.ts'
import { figure, ratio, table } from '../harness/markdown.ts'
import type { RawConnection } from '../harness/raw-connection.ts'
import { type ServerProcess, startServer } from '../harness/server-process.ts'
import { median } from '../harness/statistics.ts'
import { type Upload, uploadsOf } from '../upload/requests.ts'
import { database } from './database.ts'
import { latencyOf } from './latency.ts'
import { pace } from './pace.ts'

export interface UploadsOptions {
  readonly folder: string
  readonly rows: number
  readonly runs: number
  readonly seconds: number
  readonly only: string
}

interface Outcome {
  readonly uploadsPerSecond: number
  readonly p50: number
  readonly p99: number
}

const PARALLEL = 16
const PER_SECOND = 50
const SEARCHES_PER_SECOND = 50
const SIZE_BYTES = 16 * 1024
const TARGET = 2
const headers = { Authorization: 'Bearer alice-token' }
const contender = { protocol: 'form', path: '/api/files', headers, digests: true, extra: false } as const
const SEARCHES = ['search=report', 'search=ebraquart', 'search=report&space=small', 'search=bake', 'search=report+nura']

const loads = [
  { title: `uploads, ${PARALLEL} at once`, run: uploadAtOnce },
  { title: `uploads, ${PER_SECOND} per second`, run: uploadAtPace },
]

/** Uploads of 16 KiB to one server over HTTP, with and without searches by others. @returns a table, or null where no title has `only` */
export async function measureUploads({ folder, rows, runs, seconds, only }: UploadsOptions): Promise<string | null> {
  const wanted = loads.filter(({ title }) => title.includes(only))
  if (wanted.length === 0) return null
  const data = await mkdtemp(join(tmpdir(), 'stowage-bench-'))
  try {
    await copyFile(await database(folder, rows), join(data, 'assets.db'))
    // The storage that a database was opened with once, it wants to see again.
    const objects = join(folder, 'objects')
    if (existsSync(objects)) await cp(objects, join(data, 'objects'), { recursive: true })
    const server = await startServer(new URL('./server-task.ts', import.meta.url), [data])
    try {
      const upload = uploadsOf({ ...contender, serve: neverServed }, contentOf(SIZE_BYTES), 10_000_000)
      const lines: string[][] = []
      for (const { title, run } of wanted)
        lines.push(await lineOf(title, runs, searches => run(server, upload, seconds, searches)))
      return table(HEAD, lines)
    } finally {
      await server.stop()
    }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

const HEAD = [
  '',
  'uploads/s',
  'p50 ms',
  'p99 ms',
  'with searches: uploads/s',
  'p50 ms',
  'p99 ms',
  'p99, with ÷ without',
  'target',
]

async function lineOf(title: string, runs: number, run: (searches: boolean) => Promise<Outcome>): Promise<string[]> {
  const found = new Map<boolean, Outcome[]>([
    [false, []],
    [true, []],
  ])
  await run(true)
  for (let number = 0; number < runs; number++) {
    for (const searches of number % 2 === 0 ? [false, true] : [true, false]) found.get(searches)?.push(await run(searches))
  }
  const [without, within] = [false, true].map(searches => medianOf(found.get(searches) ?? [])) as [Outcome, Outcome]
  const cells = [without, within].flatMap(one => [figure(one.uploadsPerSecond), figure(one.p50), figure(one.p99)])
  return [title, ...cells, ratio(within.p99 / without.p99), `≤ ${TARGET} ×`]
}

function medianOf(outcomes: readonly Outcome[]): Outcome {
  const of = (name: keyof Outcome): number => median(outcomes.map(outcome => outcome[name]))
  return { uploadsPerSecond: of('uploadsPerSecond'), p50: of('p50'), p99: of('p99') }
}

async function uploadAtOnce(server: ServerProcess, upload: Upload, seconds: number, searches: boolean): Promise<Outcome> {
  const times: number[] = []
  const timed = async (connection: RawConnection): Promise<void> => {
    const started = performance.now()
    await upload(connection)
    times.push(performance.now() - started)
  }
  const [made] = await Promise.all([
    load(server.port, { connections: PARALLEL, seconds }, timed),
    ...(searches ? [search(server, seconds)] : []),
  ])
  return { uploadsPerSecond: made / seconds, ...latencyOf(times) }
}

async function uploadAtPace(server: ServerProcess, upload: Upload, seconds: number, searches: boolean): Promise<Outcome> {
  const [times] = await Promise.all([
    pace(server.port, { perSecond: PER_SECOND, seconds }, upload),
    ...(searches ? [search(server, seconds)] : []),
  ])
  return { uploadsPerSecond: times.length / seconds, ...latencyOf(times) }
}

async function search({ port }: ServerProcess, seconds: number): Promise<void> {
  let number = 0
  await pace(port, { perSecond: SEARCHES_PER_SECOND, seconds }, async connection => {
    const path = `/api/files?${SEARCHES[number++ % SEARCHES.length]}`
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${headers.Authorization}\r\n\r\n`
    const { status, head } = await connection.exchange([Buffer.from(request)])
    if (status !== 200) throw new Error(`A search was refused:\n${head}`)
  })
}

const neverServed = () => Promise.reject(new Error('The server runs already.'))
