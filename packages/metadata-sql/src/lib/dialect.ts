import type { KindSchema } from '@stowage/core/contracts'
import type { Fragment, SqlValue } from './fragment.ts'

export type FieldType = KindSchema['fields'][number]['type']

/**
 * What databases say differently. Tables and columns have the same names everywhere; `assets.seq` is a number that
 * grows with creation and joins the tables beside it.
 */
export interface SqlDialect {
  placeholder(position: number): string
  /** Typed value of a member of a JSON column: text, number, or 1 and 0. Null where absent. */
  field(column: Fragment, name: string, type: FieldType): Fragment
  /** The same value, but no reason to choose an index by it. */
  unindexed(value: Fragment): Fragment
  /** The same condition of rows that are read anyway: no reason to choose an index by it, or to expect few rows. */
  passing(condition: Fragment): Fragment
  /** Ends a subselect that is to be asked row by row, and not to be joined. */
  readonly rowByRow: Fragment
  contains(text: Fragment, part: string): Fragment
  oneOf(value: Fragment, values: readonly SqlValue[]): Fragment
  /** Whether a JSON array of strings holds one of `values`. */
  arrayHasAny(column: Fragment, values: readonly string[]): Fragment
  /** Rows `(value)` of the JSON array in `column`, as something to select from. */
  elements(column: Fragment, alias: string): Fragment
  /** Rows `(name, number)` of a JSON array of pairs, as something to select from. */
  pairs(json: string, alias: string): Fragment
  greater(a: Fragment, b: Fragment): Fragment
  /** Joins in the order in which tables are written, where the database would do well to keep it. */
  readonly orderedJoin: Fragment
  /**
   * Whether the database itself knows by its statistics when an index over texts is the shortest way. Texts are then asked for in one
   * statement with all else, and `matches` only where texts are ranked.
   */
  readonly choosesTextIndex: boolean
  /** Whether an index is read in order for rows that are all null in a column only where they are ordered by it too. */
  readonly ordersNulls: boolean
  nullsLast(direction: 'asc' | 'desc'): Fragment
  /** Ends a select of rows to be updated: skips those that another connection holds. Empty where writers take turns. */
  readonly skipLocked: Fragment
  /** Ends a select of rows that must stay as they are until the batch is committed. Empty where writers take turns. */
  readonly keepRows: Fragment
  /** A statement behind which other batches that say the same name wait for this one's end. Null where writers take turns. */
  exclusive(name: string): Fragment | null
  /** Value of `seq` for a new asset; null leaves it to the database. */
  nextSeq(createdAt: number): Fragment | null
  readonly search: SearchDialect
  readonly words: WordsDialect
}

/**
 * How whole words of `asset_texts.words` are found by an index. Words are letters, marks and digits, folded; spaces stand between and around
 * them. A word that is more frequent in a text stands there more often.
 */
export interface WordsDialect {
  /** Of a JSON object of numbers by texts: the texts whose number is at most `most`, one behind the other; '' where there is none. */
  within(words: string, most: Fragment): Fragment
  /** Statements that add or remove the text of the asset with this id; none where the database keeps the index itself. */
  add(kind: string, id: string): readonly Fragment[]
  remove(kind: string, id: string): readonly Fragment[]
  /** Ready assets of the kind whose text holds all of `words`. */
  matches(kind: string, words: readonly string[]): SearchMatches
  /** How little the text that the index stands at says of the words asked for: a number, smaller for what is to come first. */
  score(kind: string, words: readonly string[]): Fragment
  /** Whether `assets a` is among them: asked of so many rows that all hits are found at once. */
  among(kind: string, words: readonly string[]): Fragment
}

/** How substrings of folded text are found by an index, which holds the ready assets of each kind. */
export interface SearchDialect {
  /** Shortest term, in code points, that the index finds. */
  readonly minTermLength: number
  /** Statements that add or remove the asset with this id; none where the database keeps the index itself. */
  add(kind: string, id: string): readonly Fragment[]
  remove(kind: string, id: string): readonly Fragment[]
  /** Ready assets of the kind whose text holds all of `terms`. */
  matches(kind: string, terms: readonly string[]): SearchMatches
}

export interface SearchMatches {
  /** The index alone, for counting. */
  readonly hits: Fragment
  /** The index, and `assets a` reached through it. */
  readonly from: Fragment
  readonly where: Fragment
  /** Present where the index is read in the order of creation by itself. */
  readonly ordered?: {
    readonly seq: Fragment
    /** Creation time of the row that the index stands at. */
    readonly createdAt: Fragment
    /** Smallest `seq` that an asset of this creation time may have. */
    firstSeq(createdAt: Fragment): Fragment
  }
}
