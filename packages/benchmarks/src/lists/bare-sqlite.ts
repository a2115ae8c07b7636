import { type BareList, type BareSql, BY_ID, byIndex, byTag, COLUMNS, TOTAL } from './bare-list.ts'

/** With the way to take in the statement: SQLite has no statistics here. */
export const bareSqlite: BareSql = {
  byIndex,
  byPart: part => byIndex(`and json_extract(fields, '$."part"') = ?`, part),
  byTag: (tag, ...others) => byTag('cross join', tag, others),
  // Both indexes are in the order of creation.
  bySearch: words => byMatch('assets_search_1', words),
  byWords: words => byMatch('assets_words_1', words),
  searchIn: (space, word) => byIndex('and space = ? and instr(search, ?) > 0', space, word),
  wordIn: (space, word) =>
    byIndex(
      'and space = ? and exists (select 1 from asset_texts x where x.seq = a.seq and instr(words, ?) > 0)',
      space,
      ` ${word} `,
    ),
  statementOf({ sql, from }, after, limit) {
    const order = from === 'f' ? 'f.rowid desc' : `${from}.created_at desc, ${from}.id desc`
    return `${sql}${after ? ` and ${AFTER[from]}` : ''} order by ${order} limit ${limit}`
  },
  byId: BY_ID,
  total: TOTAL,
}

function byMatch(index: string, words: readonly string[]): BareList {
  const sql = `select ${COLUMNS} from ${index} f cross join assets a on a.seq = f.rowid where ${index} match ?`
  return { from: 'f', sql, values: [words.map(word => `"${word}"`).join(' AND ')] }
}

const AFTER = {
  a: '(a.created_at, a.id) < (?, ?)',
  t: '(t.created_at, t.id) < (?, ?)',
  // The rowid of the search index is the creation time and a number.
  f: 'f.rowid < (? << 20) and ? is not null',
}
