import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fsStorage } from '@stowage/adapter-fs'
import { authenticated, createStowage } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fileKind } from '../metadata/file-kind.ts'
import { bareSqlite } from './bare-sqlite.ts'
import { database } from './database.ts'
import { type Contender, subjectOf } from './subjects.ts'

const rule = authenticated
const files = fileKind({ rules: { list: rule, read: rule } })

/** Databases of SQLite in `folder`. */
export function sqliteLists(folder: string): Contender {
  return {
    targets: { page: { p50: 1, p99: 5 }, search: { p50: 10 }, text: { p50: 5 }, total: { p50: 5 } },
    async open(rows) {
      const file = await database(folder, rows)
      const storage = fsStorage({ root: join(folder, 'objects') })
      const stowage = await createStowage({ storage, metadata: sqliteMetadata({ file }), kinds: [files], workers: false })
      const db = new DatabaseSync(file, { readOnly: true })
      const prepare = (sql: string) => {
        const statement = db.prepare(sql)
        return async (values: readonly (string | number)[]) => statement.all(...values)
      }
      return subjectOf(rows, stowage.as({ id: 'alice' }), { sql: bareSqlite, prepare }, async () => {
        db.close()
        await stowage.close()
      })
    },
    close: async () => undefined,
  }
}
