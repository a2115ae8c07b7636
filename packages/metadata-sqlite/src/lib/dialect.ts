import { StowageError } from '@stowage/core/contracts'
import { type Fragment, join, literal, raw, type SearchDialect, type SqlDialect, sql } from '@stowage/metadata-sql'

// 2^20 assets may have the same creation time; from there on, newest-first search is ordered only roughly.
const SEQ_BITS = 20
const MAX_PLACEHOLDERS = 20

const firstSeq = (createdAt: Fragment): Fragment => sql`(cast(${createdAt} as integer) << ${raw(String(SEQ_BITS))})`

/** JSON path of a member. Quotes and backslashes can't be escaped in it, so `prepareKinds` refuses such names. */
const fieldPath = (name: string): Fragment => literal(`$."${name}"`)

/** SQLite's way of saying things. @param searchTable name of the full-text table of a kind */
export function sqliteDialect(searchTable: (kind: string) => string): SqlDialect {
  return {
    placeholder: () => '?',
    field(column, name, type) {
      const value = sql`json_extract(${column}, ${fieldPath(name)})`
      // Integers beyond 2^53 have to become the doubles that JavaScript sees.
      return type === 'number' ? sql`cast(${value} as real)` : value
    },
    unindexed: value => sql`+${value}`,
    contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
    oneOf(value, values) {
      if (values.length > MAX_PLACEHOLDERS) return sql`${value} in (select value from json_each(${JSON.stringify(values)}))`
      const places = values.map(item => sql`${item}`)
      return sql`${value} in (${join(places, ', ')})`
    },
    arrayHasAny: (column, values) =>
      sql`exists (select 1 from json_each(${column}) x where x.value in (select value from json_each(${JSON.stringify(values)})))`,
    elements: (column, alias) => sql`json_each(${column}) ${raw(alias)}`,
    greater: (a, b) => sql`max(${a}, ${b})`,
    nullsLast: direction => raw(direction === 'asc' ? 'nulls last' : ''),
    skipLocked: raw(''),
    keepRows: raw(''),
    nextSeq,
    search: trigramSearch(searchTable),
  }
}

function nextSeq(createdAt: number): Fragment {
  if (createdAt < 0 || createdAt >= 2 ** 43) throw new StowageError('unprocessable', 'createdAt is out of range.')
  const first = firstSeq(sql`${createdAt}`)
  const taken = sql`select seq + 1 from assets where seq >= ${first} and seq < ${firstSeq(sql`${createdAt} + 1`)}`
  return sql`coalesce((${taken} order by seq desc limit 1), ${first})`
}

/** One FTS5 table of trigrams for each kind; its rowid is `assets.seq`. */
function trigramSearch(searchTable: (kind: string) => string): SearchDialect {
  return {
    minTermLength: 3,
    add: (kind, id) => [
      sql`insert into ${raw(searchTable(kind))} (rowid, text)
        select seq, search from assets where id = ${id} and state = 'ready' and length(search) > 2`,
    ],
    remove: (kind, id) => [
      sql`delete from ${raw(searchTable(kind))} where rowid = (select seq from assets where id = ${id} and state = 'ready')`,
    ],
    matches(kind, terms) {
      const table = raw(searchTable(kind))
      const phrases = terms.map(term => `"${term.replaceAll('"', '""')}"`).join(' AND ')
      return {
        hits: sql`${table} f`,
        from: sql`${table} f cross join assets a on a.seq = f.rowid`,
        where: sql`${table} match ${phrases}`,
        ordered: { seq: raw('f.rowid'), createdAt: raw(`(f.rowid >> ${SEQ_BITS})`), firstSeq },
      }
    },
  }
}
