import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Filter } from '@stowage/core/contracts'
import { type SqliteMetadataOptions, sqliteMetadata } from '@stowage/metadata-sqlite'
import { figure, table } from './harness/markdown.ts'
import { fill } from './metadata/fill.ts'
import { KINDS, uploadOf } from './metadata/records.ts'

// npm run bench:metadata-load -w packages/benchmarks -- FOLDER [ROWS]: the commits of small uploads, 16 at once, with and
// without 50 searches a second, on threads of their own and on the main thread.
const [folder = '.bench', rowsText = '1000000'] = process.argv.slice(2)
const rows = Number(rowsText)
const ROUNDS = 5
const SECONDS = 4
const PARALLEL = 16
const SEARCHES_PER_SECOND = 50

const WORDS = ['report', 'ebraquart', 'bake', 'lomi', 'report nura', 'qqqq', 'gimhur']
const filterOf = (i: number): Filter => {
  const search: Filter = { op: 'search', terms: (WORDS[i % WORDS.length] ?? '').split(' ') }
  return i % 3 ? search : { op: 'and', filters: [{ op: 'eq', column: 'space', value: i % 2 ? 'small' : `space-${i}` }, search] }
}

interface Outcome {
  readonly uploads: number
  readonly p50: number
  readonly p99: number
  readonly loopP99: number
  readonly searchP50: number
}

const contenders = [
  { name: 'threads', options: {}, searches: false },
  { name: 'threads, 50 searches/s', options: {}, searches: true },
  { name: 'main thread', options: { threads: false }, searches: false },
  { name: 'main thread, 50 searches/s', options: { threads: false }, searches: true },
] as const

let next = 10_000_000 + (Date.now() % 1_000_000_000)
const outcomes = new Map<string, Outcome[]>(contenders.map(({ name }) => [name, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, options, searches } of round % 2 ? contenders.toReversed() : contenders) {
    outcomes.get(name)?.push(await run(options, searches))
  }
}
const median = (values: number[]): string => figure(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0)
const columns = ['uploads', 'p50', 'p99', 'loopP99', 'searchP50'] as const
console.log(
  table(
    ['', 'uploads/s', 'upload p50 ms', 'upload p99 ms', 'event loop p99 ms', 'search p50 ms'],
    [...outcomes].map(([name, found]) => [name, ...columns.map(column => median(found.map(outcome => outcome[column])))]),
  ),
)

async function run(options: Omit<SqliteMetadataOptions, 'file'>, searches: boolean): Promise<Outcome> {
  const store = sqliteMetadata({ file: join(folder, `assets-${rows}.db`), ...options })
  await store.open(KINDS)
  await fill(store, rows)
  const loop = monitorEventLoopDelay({ resolution: 1 })
  const times: number[] = []
  const searchTimes: number[] = []
  const running = new Set<Promise<void>>()
  const end = performance.now() + SECONDS * 1000

  const work = async (): Promise<void> => {
    while (performance.now() < end) {
      const start = performance.now()
      for (const commit of uploadOf(next++)) await store.commit(commit)
      times.push(performance.now() - start)
    }
  }
  const search = async (i: number): Promise<void> => {
    const start = performance.now()
    await store.list({ kind: 'file', filter: filterOf(i), sort: { column: 'createdAt', direction: 'desc' }, limit: 50 })
    searchTimes.push(performance.now() - start)
  }
  let asked = 0
  const timer = setInterval(() => {
    const one: Promise<void> = search(asked++).finally(() => running.delete(one))
    running.add(one)
  }, 1000 / SEARCHES_PER_SECOND)
  if (!searches) clearInterval(timer)
  loop.enable()
  await Promise.all(Array.from({ length: PARALLEL }, work))
  loop.disable()
  clearInterval(timer)
  await Promise.all(running)
  await store.close()
  const quantile = (values: number[], q: number): number => values.toSorted((a, b) => a - b)[Math.floor(q * values.length)] ?? 0
  return {
    uploads: times.length / SECONDS,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    loopP99: loop.percentile(99) / 1e6,
    searchP50: quantile(searchTimes, 0.5),
  }
}
