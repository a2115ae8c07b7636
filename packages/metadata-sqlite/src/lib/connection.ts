import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { ConnectionOptions, ResultRow, Value } from './protocol.ts'

const MAX_STATEMENTS = 200

/** An open database with its prepared statements. Used by one thread; every call blocks it. */
export interface Connection {
  readonly db: DatabaseSync
  /** Changed rows. */
  run(sql: string, parameters: readonly Value[]): number
  all(sql: string, parameters: readonly Value[]): readonly ResultRow[]
  close(): void
}

export function openConnection({ file, busyTimeoutMs, readOnly, cacheKiB }: ConnectionOptions): Connection {
  const db = new DatabaseSync(file, { readOnly })
  // FULL: in WAL mode, a commit that returned has reached the disk.
  db.exec(
    `pragma busy_timeout = ${busyTimeoutMs}; pragma synchronous = full; pragma cache_size = ${-cacheKiB}; pragma journal_size_limit = 67108864`,
  )
  const statements = new Map<string, StatementSync>()
  return {
    db,
    run: (sql, parameters) => Number(prepared(sql).run(...(parameters as SQLInputValue[])).changes),
    all: (sql, parameters) => rowsOf(prepared(sql), parameters as SQLInputValue[]),
    close() {
      statements.clear()
      db.close()
    },
  }

  function prepared(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known) return known
    const made = db.prepare(sql)
    // Node before 22.16 returns objects only.
    made.setReturnArrays?.(true)
    const [oldest] = statements.keys()
    if (statements.size >= MAX_STATEMENTS && oldest !== undefined) statements.delete(oldest)
    statements.set(sql, made)
    return made
  }
}

function rowsOf(statement: StatementSync, parameters: SQLInputValue[]): readonly ResultRow[] {
  const rows = statement.all(...parameters) as unknown as readonly ResultRow[] | readonly Record<string, Value>[]
  return hasRows(rows) ? rows : rows.map(row => Object.values(row))
}

function hasRows(rows: readonly ResultRow[] | readonly Record<string, Value>[]): rows is readonly ResultRow[] {
  return rows.length === 0 || Array.isArray(rows[0])
}
