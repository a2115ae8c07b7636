import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fill } from '../metadata/fill.ts'
import { KINDS } from '../metadata/records.ts'
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
  await fill(
    store,
    rows,
    number => fileOf(number, rows),
    number => textOf(number, rows),
  )
  await store.close()
  const db = new DatabaseSync(unfinished)
  db.exec('pragma wal_checkpoint(truncate)')
  db.close()
  await rename(unfinished, file)
  return file
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
