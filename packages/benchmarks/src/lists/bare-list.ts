/** A list in bare SQL, newest first: a statement that lacks its position and its end. */
export interface BareList {
  readonly sql: string
  readonly values: readonly string[]
  /** Alias of the table in whose order it is read. */
  readonly from: 'a' | 't' | 'f'
}

/** What is asked in bare SQL, as one database has it. */
export interface BareSql {
  /** Along an index of the assets. */
  byIndex(condition: string, ...values: string[]): BareList
  byPart(part: string): BareList
  /** Along the first tag, with a look for each of the others. */
  byTag(tag: string, ...others: string[]): BareList
  /** By an index of substrings. */
  bySearch(words: readonly string[]): BareList
  searchIn(space: string, word: string): BareList
  /** By an index of the words of texts. */
  byWords(words: readonly string[]): BareList
  wordIn(space: string, word: string): BareList
  /** The whole statement; with `after`, it begins behind a position. */
  statementOf(list: BareList, after: boolean, limit: number): string
  /** One asset by its id. */
  readonly byId: string
  /** Of all, counted to 10,000. */
  readonly total: string
}

// What Stowage reads of an asset too.
const NAMES = `id kind space created_by type state processing visibility size_bytes width height version created_at updated_at sha256 content_type
  blob_id title slug filename unique_name tags fields external_url processing_error description properties metadata`
export const COLUMNS = NAMES.split(/\s+/)
  .map(name => `a.${name}`)
  .join(', ')
export const READY = "a.kind = 'file' and a.state = 'ready'"
export const BY_ID = `select ${COLUMNS} from assets a where a.id = ?`
export const TOTAL = "select count(*) from (select 1 from assets where kind = 'file' and state = 'ready' limit 10001) c"

export function byIndex(condition: string, ...values: string[]): BareList {
  return { from: 'a', sql: `select ${COLUMNS} from assets a where ${READY} ${condition}`, values }
}

export function byTag(join: string, tag: string, others: readonly string[]): BareList {
  const same = "x.kind = 'file' and x.created_at = t.created_at and x.id = t.id and x.tag = ?"
  const looks = others.map(() => ` and exists (select 1 from asset_tags x where ${same})`).join('')
  const sql = `select ${COLUMNS} from asset_tags t ${join} assets a on a.seq = t.seq where t.kind = 'file' and t.tag = ?${looks}`
  return { from: 't', sql, values: [tag, ...others] }
}
