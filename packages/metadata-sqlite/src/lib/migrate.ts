import { StowageError } from '@stowage/core/contracts'
import type { Connection } from './connection.ts'
import { type Migration, migrations } from './migrations.ts'

/**
 * Brings the schema up to date. One read where it is; otherwise under the write lock, where the version is read again, so
 * that of two processes that start at once one migrates and the other finds it done.
 * @throws StowageError `unsupported` when a newer Stowage made the schema
 */
export function migrate(connection: Connection, file: string, known: readonly Migration[] = migrations): void {
  const newest = known.at(-1)?.version ?? 0
  if (check(versionOf(connection), newest, file)) return
  inTransaction(connection, () => {
    connection.db.exec(
      'create table if not exists stowage_migrations (version integer primary key, name text not null, applied_at integer not null) strict',
    )
    const present = versionOf(connection)
    check(present, newest, file)
    for (const { version, name, sql } of known.filter(migration => migration.version > present)) {
      connection.db.exec(sql)
      connection.run("insert into stowage_migrations values (?, ?, cast(unixepoch('subsec') * 1000 as integer))", [version, name])
    }
  })
}

/** Runs `work` under the write lock. */
export function inTransaction(connection: Connection, work: () => void): void {
  connection.run('begin immediate', [])
  try {
    work()
    connection.run('commit', [])
  } catch (error) {
    if (connection.db.isTransaction !== false) connection.run('rollback', [])
    throw error
  }
}

function check(version: number, newest: number, file: string): boolean {
  if (version <= newest) return version === newest
  const message = `Database ${file} has schema ${version}, made by a newer Stowage; this one knows ${newest}: update Stowage.`
  throw new StowageError('unsupported', message, { details: { version, newest } })
}

function versionOf(connection: Connection): number {
  const [present] = connection.all("select 1 from sqlite_schema where name = 'stowage_migrations'", [])
  if (!present) return 0
  return Number(connection.all('select coalesce(max(version), 0) from stowage_migrations', [])[0]?.[0])
}
