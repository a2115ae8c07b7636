import { join } from 'node:path'
import type { AssetQuery, Filter, MetadataStore } from '@stowage/core/contracts'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { figure, table } from './harness/markdown.ts'
import { fill } from './metadata/fill.ts'
import { createdAtOf, idOf, KINDS } from './metadata/records.ts'

// npm run bench:metadata -w packages/benchmarks -- FOLDER [ROWS]: lists and lookups over one large database, which is kept in FOLDER.
const [folder = '.bench', rowsText = '1000000'] = process.argv.slice(2)
const rows = Number(rowsText)
const ROUNDS = 60

const eq = (column: 'space' | 'createdBy' | { field: string }, value: string): Filter => ({ op: 'eq', column, value })
const tag = (name: string): Filter => ({ op: 'tags', match: 'any', tags: [name] })
const search = (...terms: string[]): Filter => ({ op: 'search', terms })
const both = (...filters: Filter[]): Filter => ({ op: 'and', filters })

const lists: readonly (readonly [string, (round: number) => Partial<AssetQuery>])[] = [
  ['newest first', () => ({})],
  ['newest first, at 90 %', round => ({ after: at(0.1, round) })],
  ['by space', round => ({ filter: eq('space', `space-${round}`) })],
  ['by space, at 90 %', round => ({ filter: eq('space', `space-${round}`), after: at(0.1, round) })],
  ['by creator', round => ({ filter: eq('createdBy', `user-${round}`) })],
  ['by declared field', round => ({ filter: eq({ field: 'part' }, `part-${round}`) })],
  ['by space and field', round => ({ filter: both(eq('space', `space-${round}`), eq({ field: 'part' }, `part-${round}`)) })],
  ['by common tag', () => ({ filter: tag('common') })],
  ['by common tag, at 90 %', round => ({ filter: tag('common'), after: at(0.1, round) })],
  ['by rare tag', () => ({ filter: tag('rare') })],
  ['both tags', () => ({ filter: { op: 'tags', match: 'all', tags: ['common', 'rare'] } })],
  ['sorted by field', () => ({ sort: { column: { field: 'part' }, direction: 'asc' } })],
  ['search, rare', () => ({ filter: search('ebraquart') })],
  ['search, common', () => ({ filter: search('report') })],
  ['search, common, at 90 %', round => ({ filter: search('report'), after: at(0.1, round) })],
  ['search, common in a small space', () => ({ filter: both(eq('space', 'small'), search('report')) })],
  ['search, common in a space of 1,000', round => ({ filter: both(eq('space', `space-${round}`), search('report')) })],
  ['search, two words', () => ({ filter: search('report', 'baba') })],
  ['search, no match', () => ({ filter: search('qqqqq') })],
  ['search, two characters', () => ({ filter: search('zq') })],
]
const counts: readonly (readonly [string, Filter])[] = [
  ['count all', { op: 'all' }],
  ['count a space', eq('space', 'space-1')],
  ['count a common tag', tag('common')],
  ['count a common word', search('report')],
  ['count a common word in a small space', both(eq('space', 'small'), search('report'))],
]

function at(part: number, round: number) {
  const number = Math.floor(rows * part) + round * 7
  return { value: createdAtOf(number), id: idOf(number) }
}

const measured: string[][] = []
const store = sqliteMetadata({ file: join(folder, `assets-${rows}.db`) })
await store.open(KINDS)
await fill(store, rows)
await measureAll(store)
await store.close()
console.log(table(['', 'p50 ms', 'p99 ms'], measured))

async function measureAll(opened: MetadataStore): Promise<void> {
  await measure('get by id', round => opened.getAsset({ kind: 'file', id: idOf((round * 7919) % rows) }))
  const base = { kind: 'file', filter: { op: 'all' }, sort: { column: 'createdAt', direction: 'desc' }, limit: 50 } as const
  for (const [name, given] of lists) await measure(name, round => opened.list({ ...base, ...given(round) }))
  for (const [name, filter] of counts) await measure(name, () => opened.count({ kind: 'file', filter }))
}

async function measure(name: string, run: (round: number) => Promise<unknown>): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await run(round)
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  const quantile = (q: number): string => figure(times[Math.min(times.length - 1, Math.floor(q * times.length))] ?? 0)
  measured.push([name, quantile(0.5), quantile(0.99)])
}
