import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fill } from '../metadata/fill.ts'
import { KINDS } from '../metadata/records.ts'
import { fillTexts } from './fill-texts.ts'
import { fileOf, textOf } from './records.ts'

const NAME = /^files-\d+-([0-9a-f]{12})\.db/

/**
 * A database of so many assets. It is built once and kept in `folder`; those of an older schema, or with other assets, are removed.
 * @returns its path
 */
export async function database(folder: string, rows: number): Promise<string> {
  await mkdir(folder, { recursive: true })
  const version = await versionOf(folder)
  for (const name of await readdir(folder)) {
    const found = NAME.exec(name)
    if (found && found[1] !== version) await rm(join(folder, name))
  }
  const file = join(folder, `files-${rows}-${version}.db`)
  if (existsSync(file)) return file
  console.error(`Building ${file}, once.`)
  const unfinished = `${file}.unfinished`
  const store = sqliteMetadata({ file: unfinished })
  await store.open(KINDS)
  const indexes = removeIndexes(unfinished)
  await fill(store, rows, number => fileOf(number, rows))
  await fillTexts(unfinished, store, rows, number => textOf(number, rows))
  await store.close()
  finish(unfinished, indexes)
  await rename(unfinished, file)
  return file
}

/** What is there while rows are added costs most of the time at 10 million; by their ids texts find them. @returns what makes the indexes again */
function removeIndexes(file: string): readonly string[] {
  const db = new DatabaseSync(file)
  const found = db
    .prepare("select name, sql from sqlite_schema where type = 'index' and sql is not null and name <> 'assets_id'")
    .all()
  for (const { name } of found) db.exec(`drop index "${name}"`)
  db.close()
  return found.map(({ sql }) => String(sql))
}

function finish(file: string, indexes: readonly string[]): void {
  const db = new DatabaseSync(file)
  db.exec('pragma cache_size = -1000000; pragma temp_store = memory; pragma threads = 2')
  for (const sql of indexes) {
    console.error(sql)
    db.exec(sql)
  }
  db.exec('pragma wal_checkpoint(truncate)')
  db.close()
}

/** Changes with the schema of the store and with what makes the assets. */
async function versionOf(folder: string): Promise<string> {
  const hash = createHash('sha256')
  const scratch = await mkdtemp(join(folder, 'schema-'))
  try {
    const store = sqliteMetadata({ file: join(scratch, 'empty.db') })
    await store.open(KINDS)
    await store.close()
    const db = new DatabaseSync(join(scratch, 'empty.db'))
    hash.update(JSON.stringify(db.prepare('select sql from sqlite_schema order by name').all()))
    db.close()
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  for (const source of ['./records.ts', '../metadata/records.ts']) hash.update(await readFile(new URL(source, import.meta.url)))
  return hash.digest('hex').slice(0, 12)
}
