import { StowageError } from '@stowage/core/contracts'
import { compile, createSqlMetadata, type SqlMetadataStore } from '@stowage/metadata-sql'
import { sqliteDialect } from './dialect.ts'
import { sqliteDriver } from './driver.ts'
import { translateThrown } from './errors.ts'
import { indexTablesOf, type KindNumbers, prepareKinds } from './kinds.ts'
import { migrationStatus } from './migrate.ts'

export interface SqliteMetadataOptions {
  /** Path of the database; its folder is made where missing. `:memory:` keeps everything in this process, until `close`. */
  readonly file: string
  /** How long a write waits for another process's, in milliseconds; then it fails with `unavailable`. Default 5000. */
  readonly busyTimeoutMs?: number
  /** Commits, lists and searches run on threads of their own. Default true; false runs them on the calling thread. */
  readonly threads?: boolean
}

/**
 * A metadata store in one SQLite file, through the `node:sqlite` of Node.
 * Writes are on the disk once they resolve; those that arrive together share a transaction.
 * Any number of processes of one machine may use the file at once.
 * @throws StowageError `unavailable` when the database is locked or can't be reached, `insufficient_storage` when the disk
 * is full, `internal` when the file is damaged, `unsupported` when a newer Stowage made its schema
 * @see https://www.sqlite.org/wal.html
 */
export function sqliteMetadata(options: SqliteMetadataOptions): SqlMetadataStore {
  const { file, busyTimeoutMs = 5000, threads = true } = options
  const numbers: KindNumbers = new Map()
  const dialect = sqliteDialect(kind => {
    const number = numbers.get(kind)
    if (number === undefined) {
      throw new StowageError('invalid_request', `There is no kind "${kind}": declare it when the store is opened.`, {
        details: { kind },
      })
    }
    return indexTablesOf(number)
  })
  const driver = sqliteDriver({ file, busyTimeoutMs, threads: threads && file !== ':memory:' })
  return createSqlMetadata({
    driver,
    dialect,
    prepareKinds: async kinds => driver.withConnection(connection => prepareKinds(connection, dialect, kinds, numbers)),
    async migrationStatus() {
      try {
        return migrationStatus(file, busyTimeoutMs)
      } catch (error) {
        throw translateThrown(error, file)
      }
    },
    async explain(fragment) {
      const { sql, parameters } = compile(fragment, dialect.placeholder)
      const steps = await driver.scan({ sql: `explain query plan ${sql}`, parameters })
      return steps.map(step => String(step[3]))
    },
  })
}
