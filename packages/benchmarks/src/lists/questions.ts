import type { Asset, ListInput } from '@stowage/core'
import type { Filter } from '@stowage/core/contracts'
import { idOf } from '../metadata/records.ts'
import type { BareList, BareSql } from './bare-list.ts'
import { groupsOf } from './records.ts'

/** What Stowage is asked, and what bare SQL is. */
export interface Ask {
  readonly input: ListInput
  readonly bare: (sql: BareSql) => BareList
}

export type TargetName = 'page' | 'search' | 'text' | 'total'

/** Milliseconds at 1 million rows, by the project's targets. */
export interface Target {
  readonly p50: number
  readonly p99?: number
}

export interface Question {
  readonly title: string
  /** One of many of a kind, by its number. */
  readonly ask: (number: number, rows: number) => Ask
  /** Where the page begins, as a share of what there is. Default 0. */
  readonly depth?: number
  /** What the project's targets say of it. */
  readonly target?: TargetName
}

export const PAGE_ROWS = 50

const eq = (column: 'space' | 'type' | { field: string }, value: string): Filter => ({ op: 'eq', column, value })
const tagged = (...tags: string[]): Filter => ({ op: 'tags', match: 'all', tags })

const newest = (): Ask => ({ input: {}, bare: sql => sql.byIndex('') })
const inSpace = (number: number, rows: number): Ask => {
  const space = `space-${number % groupsOf(rows)}`
  return { input: { filter: eq('space', space) }, bare: sql => sql.byIndex('and space = ?', space) }
}
const byPart = (number: number, rows: number): Ask => {
  const part = `part-${number % groupsOf(rows)}`
  return { input: { filter: eq({ field: 'part' }, part) }, bare: sql => sql.byPart(part) }
}
const byType = (): Ask => ({ input: { filter: eq('type', 'pdf') }, bare: sql => sql.byIndex('and type = ?', 'pdf') })
const tag = (name: string) => (): Ask => ({ input: { filter: tagged(name) }, bare: sql => sql.byTag(name) })
const search = (words: string) => (): Ask => ({ input: { search: words }, bare: sql => sql.bySearch(words.split(' ')) })
const text =
  (...terms: string[]) =>
  (): Ask => ({ input: { filter: { op: 'words', terms } }, bare: sql => sql.byWords(terms) })
const textInSmall = (): Ask => ({
  input: { filter: { op: 'and', filters: [eq('space', 'small'), { op: 'words', terms: ['agenda'] }] } },
  bare: sql => sql.wordIn('small', 'agenda'),
})
const searchInSmall = (): Ask => ({
  input: { filter: eq('space', 'small'), search: 'report' },
  bare: sql => sql.searchIn('small', 'report'),
})

export const lists: readonly Question[] = [
  { title: 'newest first', ask: newest, target: 'page' },
  { title: 'newest first, at 90 %', ask: newest, depth: 0.9, target: 'page' },
  { title: 'by space', ask: inSpace, target: 'page' },
  { title: 'by space, at 90 %', ask: inSpace, depth: 0.9, target: 'page' },
  { title: 'by declared field', ask: byPart, target: 'page' },
  { title: 'by declared field, at 90 %', ask: byPart, depth: 0.9, target: 'page' },
  { title: 'by type', ask: byType },
  { title: 'by common tag', ask: tag('common'), target: 'page' },
  { title: 'by common tag, at 90 %', ask: tag('common'), depth: 0.9, target: 'page' },
  { title: 'by rare tag', ask: tag('rare'), target: 'page' },
  {
    title: 'two tags, both',
    ask: () => ({ input: { filter: tagged('common', 'third') }, bare: sql => sql.byTag('third', 'common') }),
  },
  { title: 'search, rare word', ask: search('ebraquart'), target: 'search' },
  { title: 'search, common word', ask: search('report'), target: 'search' },
  { title: 'search, common word, at 90 %', ask: search('report'), depth: 0.9 },
  { title: 'search, common word in a small space', ask: searchInSmall, target: 'search' },
  { title: 'search, two words', ask: search('report baba') },
  { title: 'text, rare word', ask: text('xylograph'), target: 'text' },
  { title: 'text, common word', ask: text('minutes'), target: 'text' },
  { title: 'text, common word, at 90 %', ask: text('minutes'), depth: 0.9, target: 'text' },
  { title: 'text, common word in a small space', ask: textInSmall, target: 'text' },
  { title: 'text, two common words', ask: text('agenda', 'minutes'), target: 'text' },
  { title: 'text, a rare and a common word', ask: text('xylograph', 'agenda') },
]

/** Position of a listed asset in bare SQL. */
export function positionOf({ createdAt, id }: Pick<Asset, 'createdAt' | 'id'>): readonly [createdAt: number, id: string] {
  return [createdAt.getTime(), String(id)]
}

/** Ids of records to get, spread over all. */
export const idAt = (number: number, rows: number): string => idOf((number * 7919) % rows)
