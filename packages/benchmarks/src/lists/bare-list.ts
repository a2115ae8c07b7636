/** A list in bare SQL, newest first: a statement that lacks its position and its end. */
export interface BareList {
  readonly sql: string
  readonly values: readonly string[]
  /** Alias of the table in whose order it is read. */
  readonly from: 'a' | 't' | 'f'
}

/** What Stowage reads of an asset too. */
const NAMES = `id kind space created_by type state processing visibility size_bytes width height version created_at updated_at sha256 content_type
  blob_id title slug filename unique_name tags fields external_url processing_error description properties metadata`
const COLUMNS = NAMES.split(/\s+/)
  .map(name => `a.${name}`)
  .join(', ')
const READY = "a.kind = 'file' and a.state = 'ready'"

/** Along an index of the assets. */
export function byIndex(condition: string, ...values: string[]): BareList {
  return { from: 'a', sql: `select ${COLUMNS} from assets a where ${READY} ${condition}`, values }
}

/** Along the first tag, with a look for each of the others. */
export function byTag(tag: string, ...others: string[]): BareList {
  const same = "x.kind = 'file' and x.created_at = t.created_at and x.id = t.id and x.tag = ?"
  const looks = others.map(() => ` and exists (select 1 from asset_tags x where ${same})`).join('')
  const sql = `select ${COLUMNS} from asset_tags t cross join assets a on a.seq = t.seq where t.kind = 'file' and t.tag = ?${looks}`
  return { from: 't', sql, values: [tag, ...others] }
}

/** Along the trigram index, which is in the order of creation. */
export const bySearch = (words: readonly string[]): BareList => byMatch('assets_search_1', words)

/** Along the index of the words of texts, which is in the same order. */
export const byWords = (words: readonly string[]): BareList => byMatch('assets_words_1', words)

function byMatch(index: string, words: readonly string[]): BareList {
  const sql = `select ${COLUMNS} from ${index} f cross join assets a on a.seq = f.rowid where ${index} match ?`
  return { from: 'f', sql, values: [words.map(word => `"${word}"`).join(' AND ')] }
}

/** The whole statement; with `after`, it begins behind a position. */
export function statementOf({ sql, from }: BareList, after: boolean, limit: number): string {
  const order = from === 'f' ? 'f.rowid desc' : `${from}.created_at desc, ${from}.id desc`
  return `${sql}${after ? ` and ${AFTER[from]}` : ''} order by ${order} limit ${limit}`
}

const AFTER = {
  a: '(a.created_at, a.id) < (?, ?)',
  t: '(t.created_at, t.id) < (?, ?)',
  // The rowid of the search index is the creation time and a number.
  f: 'f.rowid < (? << 20) and ? is not null',
}

/** One asset by its id. */
export const BY_ID = `select ${COLUMNS} from assets a where a.id = ?`
