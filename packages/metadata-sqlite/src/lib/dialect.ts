import { StowageError } from '@stowage/core/contracts'
import {
  type Fragment,
  join,
  literal,
  raw,
  type SearchDialect,
  type SearchMatches,
  type SqlDialect,
  sql,
  type WordsDialect,
} from '@stowage/metadata-sql'

// 2^20 assets may have the same creation time; from there on, newest-first search is ordered only roughly.
const SEQ_BITS = 20
const MAX_PLACEHOLDERS = 20

const firstSeq = (createdAt: Fragment): Fragment => sql`(cast(${createdAt} as integer) << ${raw(String(SEQ_BITS))})`

/** JSON path of a member. Quotes and backslashes can't be escaped in it, so `prepareKinds` refuses such names. */
const fieldPath = (name: string): Fragment => literal(`$."${name}"`)

/** Names of the full-text tables of a kind. */
export interface IndexTables {
  readonly search: string
  readonly words: string
}

/** SQLite's way of saying things. */
export function sqliteDialect(tablesOf: (kind: string) => IndexTables): SqlDialect {
  return {
    placeholder: () => '?',
    field(column, name, type) {
      const value = sql`json_extract(${column}, ${fieldPath(name)})`
      // Integers beyond 2^53 have to become the doubles that JavaScript sees.
      return type === 'number' ? sql`cast(${value} as real)` : value
    },
    unindexed: value => sql`+${value}`,
    passing: condition => condition,
    rowByRow: raw(''),
    contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
    oneOf(value, values) {
      if (values.length > MAX_PLACEHOLDERS) return sql`${value} in (select value from json_each(${JSON.stringify(values)}))`
      const places = values.map(item => sql`${item}`)
      return sql`${value} in (${join(places, ', ')})`
    },
    arrayHasAny: (column, values) =>
      sql`exists (select 1 from json_each(${column}) x where x.value in (select value from json_each(${JSON.stringify(values)})))`,
    elements: (column, alias) => sql`json_each(${column}) ${raw(alias)}`,
    pairs: (json, alias) => sql`(select value ->> 0 as name, value ->> 1 as number from json_each(${json})) ${raw(alias)}`,
    orderedJoin: raw('cross join'),
    choosesTextIndex: false,
    greater: (a, b) => sql`max(${a}, ${b})`,
    ordersNulls: false,
    nullsLast: direction => raw(direction === 'asc' ? 'nulls last' : ''),
    skipLocked: raw(''),
    keepRows: raw(''),
    exclusive: () => null,
    nextSeq,
    search: trigramSearch(kind => raw(tablesOf(kind).search)),
    words: wordIndex(kind => raw(tablesOf(kind).words)),
  }
}

function nextSeq(createdAt: number): Fragment {
  if (createdAt < 0 || createdAt >= 2 ** 43) throw new StowageError('unprocessable', 'createdAt is out of range.')
  const first = firstSeq(sql`${createdAt}`)
  const taken = sql`select seq + 1 from assets where seq >= ${first} and seq < ${firstSeq(sql`${createdAt} + 1`)}`
  return sql`coalesce((${taken} order by seq desc limit 1), ${first})`
}

/** One FTS5 table of trigrams for each kind; its rowid is `assets.seq`. */
function trigramSearch(tableOf: (kind: string) => Fragment): SearchDialect {
  return {
    minTermLength: 3,
    add: (kind, id) => [
      sql`insert into ${tableOf(kind)} (rowid, text)
        select seq, search from assets where id = ${id} and state = 'ready' and length(search) > 2`,
    ],
    remove: (kind, id) => [
      sql`delete from ${tableOf(kind)} where rowid = (select seq from assets where id = ${id} and state = 'ready')`,
    ],
    matches: (kind, terms) => matchesOf(tableOf(kind), terms),
  }
}

/** One FTS5 table of words for each kind; its rowid is `assets.seq`. What FTS5 splits was split and folded before. */
function wordIndex(tableOf: (kind: string) => Fragment): WordsDialect {
  return {
    within: (words, most) => sql`(select coalesce(group_concat(key, ''), '') from json_each(${words}) where value <= ${most})`,
    add: (kind, id) => [
      sql`insert into ${tableOf(kind)} (rowid, words)
        select seq, words from asset_texts where seq = (select seq from assets where id = ${id}) and words <> ' '`,
    ],
    remove: (kind, id) => [sql`delete from ${tableOf(kind)} where rowid = (select seq from assets where id = ${id})`],
    matches: (kind, words) => matchesOf(tableOf(kind), words),
    score: kind => sql`bm25(${tableOf(kind)})`,
    among: (kind, words) => sql`a.seq in (select rowid from ${tableOf(kind)} where ${tableOf(kind)} match ${phrasesOf(words)})`,
  }
}

function matchesOf(table: Fragment, terms: readonly string[]): SearchMatches {
  return {
    hits: sql`${table} f`,
    from: sql`${table} f cross join assets a on a.seq = f.rowid`,
    where: sql`${table} match ${phrasesOf(terms)}`,
    ordered: { seq: raw('f.rowid'), createdAt: raw(`(f.rowid >> ${SEQ_BITS})`), firstSeq },
  }
}

const phrasesOf = (terms: readonly string[]): string => terms.map(term => `"${term.replaceAll('"', '""')}"`).join(' AND ')
