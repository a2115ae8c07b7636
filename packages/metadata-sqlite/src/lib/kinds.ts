import type { KindSchema } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { columnOf, compile, literal, raw, type SqlDialect } from '@stowage/metadata-sql'
import type { Connection } from './connection.ts'
import type { IndexTables } from './dialect.ts'
import { inTransaction } from './migrate.ts'

const FIELD_INDEX = 'assets_field_'
const SORT_INDEX = 'assets_sort_'

/** Numbers of the kinds that the database knows; kinds are never forgotten. */
export type KindNumbers = Map<string, number>

export const indexTablesOf = (number: number): IndexTables => ({
  search: `assets_search_${number}`,
  words: `assets_words_${number}`,
})

/**
 * Gives each kind its full-text tables, and each indexed field and declared sort its indexes; drops those no longer declared.
 * Reads only where nothing changes.
 * @throws StowageError `invalid_request` for a field name that SQLite's JSON paths can't say
 */
export function prepareKinds(
  connection: Connection,
  dialect: SqlDialect,
  kinds: readonly KindSchema[],
  numbers: KindNumbers,
): void {
  for (const { fields } of kinds) for (const { name } of fields) checkFieldName(name)
  readNumbers(connection, numbers)
  if (kinds.some(({ name }) => !numbers.has(name))) inTransaction(connection, () => addKinds(connection, kinds, numbers))
  if (missingTables(connection, numbers).length > 0) {
    inTransaction(connection, () => {
      for (const statement of missingTables(connection, numbers)) connection.db.exec(statement)
    })
  }
  const { missing, unwanted } = compareIndexes(connection, dialect, kinds, numbers)
  if (missing.length + unwanted.length === 0) return
  inTransaction(connection, () => {
    const found = compareIndexes(connection, dialect, kinds, numbers)
    for (const name of found.unwanted) connection.db.exec(`drop index ${quoted(name)}`)
    for (const statement of found.missing) connection.db.exec(statement)
  })
}

function addKinds(connection: Connection, kinds: readonly KindSchema[], numbers: KindNumbers): void {
  for (const { name } of kinds) connection.run('insert into kinds (name) values (?) on conflict (name) do nothing', [name])
  readNumbers(connection, numbers)
}

// All kinds of the database, since a schema that was brought up to date may lack those of kinds no longer declared.
function missingTables(connection: Connection, numbers: KindNumbers): readonly string[] {
  const rows = connection.all("select name from sqlite_schema where type = 'table' and name like 'assets!_%' escape '!'", [])
  const present = new Set(rows.map(([name]) => String(name)))
  const wanted = [...numbers.values()].map(indexTablesOf).flatMap(({ search, words }): [string, string][] => [
    [search, "text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'"],
    [words, "words, content = '', contentless_delete = 1, tokenize = 'ascii'"],
  ])
  return wanted
    .filter(([name]) => !present.has(name))
    .map(([name, options]) => `create virtual table ${name} using fts5 (${options})`)
}

function readNumbers(connection: Connection, numbers: KindNumbers): void {
  for (const [name, number] of connection.all('select name, number from kinds', [])) numbers.set(String(name), Number(number))
}

function compareIndexes(connection: Connection, dialect: SqlDialect, kinds: readonly KindSchema[], numbers: KindNumbers) {
  const wanted = new Map(
    kinds.flatMap(kind => {
      const number = numbers.get(kind.name) ?? 0
      return [...fieldIndexes(dialect, kind, number), ...sortIndexes(dialect, kind, number)]
    }),
  )
  const own = kinds.flatMap(({ name }) => [FIELD_INDEX, SORT_INDEX].map(prefix => `${prefix}${numbers.get(name)}_`))
  const rows = connection.all("select name, sql from sqlite_schema where type = 'index' and tbl_name = 'assets'", [])
  const present = new Map(rows.map(([name, sql]) => [String(name), String(sql)] as const))
  const unwanted = [...present].flatMap(([name, sql]) =>
    own.some(prefix => name.startsWith(prefix)) && wanted.get(name) !== sql ? [name] : [],
  )
  const missing = [...wanted].flatMap(([name, sql]) => (present.get(name) === sql ? [] : [sql]))
  return { missing, unwanted }
}

// Through the field alone, and through the space and the field. With the kind in front, it is also the best order by the field.
function fieldIndexes(dialect: SqlDialect, kind: KindSchema, number: number): NamedIndex[] {
  return kind.fields
    .filter(({ indexed }) => indexed)
    .flatMap(({ name, type }) => {
      const value = textOf(dialect.field(raw('fields'), name, type))
      return overReady(kind, `${FIELD_INDEX}${number}`, name, `${value}, created_at, id`)
    })
}

// What is sorted by, then the id: read in either direction from any position.
function sortIndexes(dialect: SqlDialect, kind: KindSchema, number: number): NamedIndex[] {
  const columns = (kind.sorts ?? []).filter(column => column !== 'createdAt')
  return columns.flatMap(column => {
    const value = textOf(columnOf(dialect, kind, column))
    const name = typeof column === 'string' ? `column_${column}` : `field_${column.field}`
    const indexes = overReady(kind, `${SORT_INDEX}${number}`, name, column === 'id' ? value : `${value}, id`)
    // Within one space, all are equal.
    return column === 'space' ? indexes.slice(0, 1) : indexes
  })
}

type NamedIndex = readonly [name: string, sql: string]

/** One over the whole kind, and one within each space. */
function overReady(kind: KindSchema, prefix: string, name: string, columns: string): NamedIndex[] {
  const where = `where kind = ${textOf(literal(kind.name))} and state = 'ready'`
  return ['kind', 'space'].map(first => {
    const index = `${prefix}_${first === 'space' ? 'space' : 'all'}_${name}`
    return [index, `CREATE INDEX ${quoted(index)} on assets (${first}, ${columns}) ${where}`]
  })
}

const textOf = (fragment: ReturnType<typeof raw>): string => compile(fragment, () => '?').sql
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

function checkFieldName(name: string): void {
  if (name !== '' && !/["\\\p{C}]/u.test(name)) return
  throw new StowageError(
    'invalid_request',
    `A field can't be called ${JSON.stringify(name)}: use letters, digits and underscores.`,
  )
}
