import { type BareList, type BareSql, BY_ID, byIndex, byTag, COLUMNS, READY, TOTAL } from './bare-list.ts'

/** As one would write it, with the choice of the way left to PostgreSQL. */
export const barePostgres: BareSql = {
  byIndex,
  byPart: part => byIndex(`and (a.fields ->> 'part') collate "C" = ?`, part),
  byTag: (tag, ...others) => byTag('join', tag, others),
  bySearch: words => byIndex(words.map(() => 'and a.search like ?').join(' '), ...words.map(word => `%${word}%`)),
  byWords: words => withWords('', words),
  searchIn: (space, word) => byIndex('and a.space = ? and a.search like ?', space, `%${word}%`),
  wordIn: (space, word) => withWords('and a.space = ?', [word], space),
  statementOf({ sql, from }, after, limit) {
    const behind = after ? ` and (${from}.created_at, ${from}.id) < (?::int8, ?)` : ''
    return numbered(`${sql}${behind} order by ${from}.created_at desc, ${from}.id desc limit ${limit}`)
  },
  byId: numbered(BY_ID),
  total: TOTAL,
}

function withWords(condition: string, words: readonly string[], ...values: string[]): BareList {
  const found = "string_to_array(f.words, ' ') @> string_to_array(?, ' ')"
  const sql = `select ${COLUMNS} from asset_texts f join assets a on a.seq = f.seq where ${READY} ${condition} and ${found}`
  return { from: 'a', sql, values: [...values, words.join(' ')] }
}

function numbered(sql: string): string {
  let position = 0
  return sql.replaceAll('?', () => `$${++position}`)
}
