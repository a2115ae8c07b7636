import type { Filter } from '@stowage/core/contracts'
import type { Access } from './access.ts'
import type { SearchMatches } from './dialect.ts'
import { type FilterContext, foldTerms } from './filter.ts'
import { raw, sql } from './fragment.ts'
import { askedWords } from './words.ts'

// What one question to an index may hold; the rest of long terms, and further terms, are compared row by row.
const MAX_INDEXED_TERMS = 8
const MAX_INDEXED_LENGTH = 32

/** By the index over substrings of titles, names and tags. */
export function searchAccess(context: FilterContext, filters: readonly Filter[]): Access[] {
  const { dialect, kindName } = context
  const terms = filters.flatMap(filter => (filter.op === 'search' ? foldTerms(filter.terms) : []))
  const long = terms.filter(term => [...term].length >= dialect.search.minTermLength).sort((a, b) => b.length - a.length)
  if (long.length === 0) return []
  const asked = long.slice(0, MAX_INDEXED_TERMS).map(term => [...term].slice(0, MAX_INDEXED_LENGTH).join(''))
  const unanswered = terms.filter(term => !asked.includes(term))
  const rest = filters.filter(filter => filter.op !== 'search')
  const more: Filter[] = unanswered.length === 0 ? [] : [{ op: 'search', terms: unanswered }]
  return [indexAccess('search', context, dialect.search.matches(kindName, asked), [...rest, ...more])]
}

/**
 * By the index over the words of extracted texts.
 * @param indexed words that the index is asked for; default: all
 */
export function wordsAccess(context: FilterContext, filters: readonly Filter[], indexed?: readonly string[]): Access[] {
  const words = askedWords(filters.flatMap(filter => (filter.op === 'words' ? filter.terms : [])))
  if (words.length === 0) return []
  const answered = (indexed ?? words).slice(0, MAX_INDEXED_TERMS)
  const unanswered = words.filter(word => !answered.includes(word))
  const rest = filters.filter(filter => filter.op !== 'words')
  const more: Filter[] = unanswered.length === 0 ? [] : [{ op: 'words', terms: unanswered }]
  const matches = context.dialect.words.matches(context.kindName, answered)
  return [indexAccess('words', context, matches, [...rest, ...more])]
}

function indexAccess(name: string, context: FilterContext, matches: SearchMatches, rest: readonly Filter[]): Access {
  return {
    name,
    from: matches.from,
    where: [matches.where],
    createdAt: raw('a.created_at'),
    id: raw('a.id'),
    context: { ...context, driving: new Set() },
    rest,
    bare: {
      from: matches.hits,
      where: matches.where,
      time: matches.ordered?.createdAt ?? raw('0'),
      newest: matches.ordered ? sql`${matches.ordered.seq} desc` : raw('1'),
    },
    ...(matches.ordered && { ordered: matches.ordered }),
  }
}
