import type { MigrationStatus } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import type { ClientBase } from 'pg'
import { identifier } from './identifiers.ts'
import { type Migration, migrations } from './migrations.ts'

/** Names the lock under which schemas are changed, in each database. */
const LOCK = '6008413870113'
const OLDEST = 130_000

/**
 * Brings the schema up to date. Reads only, where it is; otherwise in one transaction under a lock, in which the version is read again, so
 * that of many processes that start at once one migrates and the others find it done.
 * @throws StowageError `unsupported` when a newer Stowage made the schema, or for a server without what is needed
 */
export async function migrate(client: ClientBase, schema: string, known: readonly Migration[] = migrations): Promise<void> {
  const newest = known.at(-1)?.version ?? 0
  if (check(await versionOf(client, schema), newest, schema)) return
  await checkServer(client)
  await inTransaction(client, async () => {
    await client.query(`select pg_advisory_xact_lock(${LOCK})`)
    const present = await versionOf(client, schema)
    if (check(present, newest, schema)) return
    await client.query(`create schema if not exists ${identifier(schema)}`)
    await client.query(`set local search_path = ${identifier(schema)}, ${identifier(await trigramSchema(client))}`)
    await client.query(
      'create table if not exists stowage_migrations (version bigint primary key, name text not null, applied_at timestamptz not null)',
    )
    for (const { version, name, sql } of known.filter(migration => migration.version > present)) {
      await client.query(sql)
      await client.query('insert into stowage_migrations values ($1, $2, now())', [version, name])
    }
  })
}

/** Where the schema stands; makes nothing. */
export async function migrationStatus(client: ClientBase, schema: string): Promise<MigrationStatus> {
  const version = await versionOf(client, schema)
  check(version, migrations.at(-1)?.version ?? 0, schema)
  const pending = migrations.filter(migration => migration.version > version)
  return { version, pending: pending.map(({ version, name }) => ({ version, name })) }
}

/** Where pg_trgm lives in this database; it is brought where it is missing. @throws StowageError `unsupported` where it can't be */
export async function trigramSchema(client: ClientBase): Promise<string> {
  const present = 'select n.nspname as name from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = $1'
  const found = await client.query<{ name: string }>(present, ['pg_trgm'])
  if (found.rows[0]) return found.rows[0].name
  try {
    await client.query('create extension if not exists pg_trgm with schema public')
  } catch (cause) {
    const message = 'The database has no pg_trgm, and its user may not bring it: have an owner run `create extension pg_trgm`.'
    throw new StowageError('unsupported', message, { cause })
  }
  return 'public'
}

/** Runs `work`, all or nothing. */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    // Where the connection is gone, so is the transaction, and the first error says why.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

async function checkServer(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    "select current_setting('server_version_num')::int4 as version, current_setting('server_encoding') as encoding",
  )
  const [{ version, encoding } = { version: 0, encoding: '' }] = rows
  if (version < OLDEST) throw new StowageError('unsupported', 'PostgreSQL 13 or later is needed: update the server.')
  if (encoding === 'UTF8') return
  throw new StowageError('unsupported', `The database is in ${encoding}, which can't hold all text: create one in UTF8.`)
}

function check(version: number, newest: number, schema: string): boolean {
  if (version <= newest) return version === newest
  const message = `Schema "${schema}" has version ${version}, made by a newer Stowage; this one knows ${newest}: update Stowage.`
  throw new StowageError('unsupported', message, { details: { version, newest } })
}

async function versionOf(client: ClientBase, schema: string): Promise<number> {
  // From the catalog's rows: what `to_regclass` once did not find it does not find again in the same transaction.
  const { rows } = await client.query(
    `select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = 'stowage_migrations'`,
    [schema],
  )
  if (rows.length === 0) return 0
  const table = `${identifier(schema)}.stowage_migrations`
  const found = await client.query<{ version: string }>(`select coalesce(max(version), 0)::text as version from ${table}`)
  return Number(found.rows[0]?.version)
}
