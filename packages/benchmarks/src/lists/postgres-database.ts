import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { postgresMetadata } from '@stowage/metadata-postgres'
import { databaseUrl, type OwnPostgres, startPostgres } from '@stowage/servers'
import pg from 'pg'
import { fill } from '../metadata/fill.ts'
import { idOf, KINDS } from '../metadata/records.ts'
import { indexedText } from './fill-texts.ts'
import { fileOf, textOf } from './records.ts'

const NAME = /^files_\d+_([0-9a-f]{12})/
const BATCH = 5000

/** A PostgreSQL whose databases are kept in `folder`, with the settings that it comes with. */
export async function keptServer(folder: string): Promise<OwnPostgres> {
  await mkdir(folder, { recursive: true })
  const server = await startPostgres({ folder: join(folder, 'postgres') })
  if (!server) throw new Error('There is no PostgreSQL for this platform.')
  return server
}

/**
 * A database of so many assets. It is built once and kept; those of an older schema, or with other assets, are removed.
 * @returns its URL
 */
export async function postgresDatabase(server: OwnPostgres, rows: number): Promise<string> {
  const { version, indexes } = await schemaOf(server)
  const known = await query(server.url, 'select datname as name from pg_database')
  const names = known.map(({ name }) => String(name))
  for (const name of names) {
    const found = NAME.exec(name)
    if (found && found[1] !== version) await query(server.url, `drop database ${name}`)
  }
  const { url, name } = databaseUrl(server, `files_${rows}_${version}`)
  if (names.includes(name)) return url
  const unfinished = databaseUrl(server, `${name}_unfinished`)
  console.error(`Building the database ${name}, once.`)
  if (!names.includes(unfinished.name)) await query(server.url, `create database ${unfinished.name}`)
  await fillDatabase(unfinished.url, rows, indexes)
  await query(server.url, `alter database ${unfinished.name} rename to ${name}`)
  return url
}

/** What indexes cost while rows are added is most of the time; by their ids texts find their assets. */
async function fillDatabase(url: string, rows: number, indexes: readonly string[]): Promise<void> {
  const store = postgresMetadata({ url })
  await store.open(KINDS)
  const dropped = await query(
    url,
    `select indexname as name from pg_indexes i where schemaname = 'stowage' and indexname <> 'assets_id'
      and not exists (select 1 from pg_constraint c where c.conname = i.indexname)`,
  )
  for (const { name } of dropped) await query(url, `drop index stowage."${name}"`)
  await fill(store, rows, number => fileOf(number, rows))
  await fillTexts(url, rows)
  for (const sql of indexes) {
    console.error(sql)
    await query(url, `set maintenance_work_mem = '1GB'; ${sql.replace('INDEX ', 'INDEX IF NOT EXISTS ')}`)
  }
  await store.close()
  await query(url, 'vacuum analyze')
}

async function fillTexts(url: string, rows: number): Promise<void> {
  const insert = `insert into stowage.asset_texts (seq, units, words)
    select a.seq, t.units, t.words from json_to_recordset($1) t(id text, units bigint, words text)
    join stowage.assets a on a.id = t.id on conflict (seq) do nothing`
  for (let first = 0; first < rows; first += BATCH) {
    const texts = Array.from({ length: Math.min(BATCH, rows - first) }, (_, i) => ({
      id: idOf(first + i),
      ...indexedText(textOf(first + i, rows)),
    }))
    await query(url, insert, [JSON.stringify(texts)])
    if ((first / BATCH) % 20 === 19) console.error(`${first + BATCH} texts`)
  }
}

/** Changes with the schema of the store and with what makes the assets. */
async function schemaOf(server: OwnPostgres): Promise<{ version: string; indexes: readonly string[] }> {
  const { url, name } = databaseUrl(server)
  await query(server.url, `create database ${name}`)
  try {
    const store = postgresMetadata({ url })
    await store.open(KINDS)
    await store.close()
    const found = await query(url, "select indexdef as sql from pg_indexes where schemaname = 'stowage' order by indexname")
    const columns = await query(
      url,
      "select table_name, column_name, data_type from information_schema.columns where table_schema = 'stowage' order by 1, 2",
    )
    const indexes = found.map(({ sql }) => String(sql))
    const hash = createHash('sha256').update(JSON.stringify([indexes, columns]))
    for (const source of ['./records.ts', '../metadata/records.ts']) hash.update(await readFile(new URL(source, import.meta.url)))
    return { version: hash.digest('hex').slice(0, 12), indexes }
  } finally {
    await query(server.url, `drop database ${name} with (force)`)
  }
}

async function query(url: string, sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql, values && [...values])).rows
  } finally {
    await client.end()
  }
}
