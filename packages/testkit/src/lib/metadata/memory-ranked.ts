import { type AssetQuery, type AssetRecord, type Filter, StowageError } from '@stowage/core/contracts'
import { compareUtf8 } from '../storage/utf8-order.ts'
import type { MemoryText } from './memory-tables.ts'
import { askedWords, lengthOf, wordScore } from './memory-words.ts'

const MAX_RANKED = 10_000

/**
 * The newest of what was found, by rank.
 * @throws StowageError `invalid_request` unless the filter asks for the words, and there is no position
 */
export function ranked(
  terms: readonly string[],
  { filter, after }: AssetQuery,
  found: readonly AssetRecord[],
  texts: ReadonlyMap<string, MemoryText>,
): AssetRecord[] {
  const asked = askedWords(terms)
  const required = requiredWords(filter)
  if (after || !asked.every(word => required.includes(word))) {
    throw new StowageError('invalid_request', 'A ranked list begins at an offset, and its filter holds its words.')
  }
  const newest = [...found].sort((a, b) => b.createdAt - a.createdAt || compareUtf8(b.id, a.id)).slice(0, MAX_RANKED)
  if (asked.length === 0) return newest
  const mean = [...texts.values()].reduce((sum, { words }) => sum + lengthOf(words), 0) / texts.size
  const scores = new Map(newest.map(({ id }) => [id, scoreOf(texts.get(id), asked, mean)]))
  return newest.sort((a, b) => (scores.get(b.id) ?? 0) - (scores.get(a.id) ?? 0))
}

const scoreOf = (text: MemoryText | undefined, asked: readonly string[], mean: number): number =>
  text ? wordScore(asked, text, mean) : 0

function requiredWords(filter: Filter): readonly string[] {
  if (filter.op === 'and') return filter.filters.flatMap(requiredWords)
  return filter.op === 'words' ? askedWords(filter.terms) : []
}
