import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** All that a server keeps: each row of each table, and each file below the storage's root, temporary ones too. */
export interface StoredState {
  readonly tables: Readonly<Record<string, readonly unknown[]>>
  readonly files: readonly string[]
}

// Not what was stored: counters that may have gaps, the secret, and the numbers of kinds.
const APART: readonly string[] = ['sequences', 'settings', 'kinds']

export async function storedState(root: string): Promise<StoredState> {
  const names = await readdir(join(root, 'objects'), { recursive: true, withFileTypes: true })
  const files = names.filter(entry => !entry.isDirectory()).map(entry => join(entry.parentPath, entry.name))
  const db = new DatabaseSync(join(root, 'assets.db'), { readOnly: true })
  try {
    // Every table of records is strict; those of the search index are not.
    const tables = db.prepare(`select name from sqlite_schema where type = 'table' and sql like '%strict%'`).all()
    const kept = tables.map(({ name }) => String(name)).filter(name => !APART.includes(name))
    return { tables: Object.fromEntries(kept.map(name => [name, rowsOf(db, name)])), files: files.sort() }
  } finally {
    db.close()
  }
}

function rowsOf(db: DatabaseSync, table: string): readonly unknown[] {
  const statement = db.prepare(`select * from "${table}" order by 1, 2`)
  statement.setReadBigInts(true)
  return statement.all()
}
