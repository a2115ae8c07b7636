import type { AssetQuery, Filter } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import type { Access } from './access.ts'
import { compileRest } from './filter.ts'
import { allOf, type Fragment, raw, sql } from './fragment.ts'
import { assets, selectList } from './schema.ts'
import { askedWords } from './words.ts'

/** The newest matches, of which the order by rank is made. */
export const MAX_RANKED_ROWS = 10_000

const COLUMNS = raw(selectList(assets, 'a'))

/**
 * The words by which a list is ranked; none where its terms hold none, and all assets are alike.
 * @throws StowageError `invalid_request` unless the list holds only assets with these words
 */
export function rankedWords(terms: readonly string[], query: AssetQuery, filters: readonly Filter[]): readonly string[] {
  if (query.after) throw new StowageError('invalid_request', 'A ranked list has offsets, and no positions.')
  const words = askedWords(terms)
  const required = new Set(askedWords(filters.flatMap(filter => (filter.op === 'words' ? filter.terms : []))))
  if (words.every(word => required.has(word))) return words
  throw new StowageError('invalid_request', 'A list is ranked by words that its filter asks for: put them there too.')
}

/**
 * A page by rank, along the index of words. Assets are looked at only where other filters ask for it.
 * @param narrow a way to the few rows that the other filters leave, where there is one
 */
export function rankedPage(access: Access, score: Fragment, narrow: Access | null, query: AssetQuery): Fragment {
  const { limit, offset = 0 } = query
  const { context, bare, ordered } = access
  const seq = ordered?.seq ?? raw('a.seq')
  const alone = ordered !== undefined && (narrow !== null || access.rest.length === 0)
  const where = narrow ? [sql`${context.dialect.unindexed(seq)} in (${seqsOf(narrow)})`] : compileRest(context, access.rest)
  const matches = sql`select ${seq} as seq, ${score} as score from ${alone ? bare.from : access.from}
    where ${allOf([...access.where, ...where])} order by ${seq} desc limit ${MAX_RANKED_ROWS}`
  const place = raw('order by score, seq desc')
  const page = sql`select seq, score from matches ${place} limit ${limit} offset ${offset}`
  return sql`with matches as materialized (${matches}), page as materialized (${page})
    select ${COLUMNS} from page p ${context.dialect.orderedJoin} assets a on a.seq = p.seq order by p.score, p.seq desc`
}

const seqsOf = ({ context, from, where, rest }: Access): Fragment =>
  sql`select a.seq from ${from} where ${allOf([...where, ...compileRest(context, rest)])}`
