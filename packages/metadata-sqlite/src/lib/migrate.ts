import { existsSync } from 'node:fs'
import type { MigrationStatus } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { type Connection, openConnection } from './connection.ts'
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
    for (const { version, name, sql, run } of known.filter(migration => migration.version > present)) {
      connection.db.exec(sql)
      run?.(connection)
      connection.run("insert into stowage_migrations values (?, ?, cast(unixepoch('subsec') * 1000 as integer))", [version, name])
    }
  })
}

/** Where the schema of the file stands; a file that is missing is made neither here nor by reading. */
export function migrationStatus(file: string, busyTimeoutMs: number, known: readonly Migration[] = migrations): MigrationStatus {
  const newest = known.at(-1)?.version ?? 0
  const version = file === ':memory:' || !existsSync(file) ? 0 : versionIn(file, busyTimeoutMs)
  check(version, newest, file)
  const pending = known.filter(migration => migration.version > version)
  return { version, pending: pending.map(({ version, name }) => ({ version, name })) }
}

function versionIn(file: string, busyTimeoutMs: number): number {
  const connection = openConnection({ file, busyTimeoutMs, readOnly: true, cacheKiB: 1024 })
  try {
    return versionOf(connection)
  } finally {
    connection.close()
  }
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
