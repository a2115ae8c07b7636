import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { authenticated, createStowage } from '@stowage/core'
import { postgresMetadata } from '@stowage/metadata-postgres'
import pg from 'pg'
import { fileKind } from '../metadata/file-kind.ts'
import { barePostgres } from './bare-postgres.ts'
import { keptServer, postgresDatabase } from './postgres-database.ts'
import { type Contender, subjectOf } from './subjects.ts'

const rule = authenticated
const files = fileKind({ rules: { list: rule, read: rule } })

/** Databases of a PostgreSQL whose cluster is kept in `folder`. */
export async function postgresLists(folder: string): Promise<Contender & { readonly version: string }> {
  const server = await keptServer(folder)
  return {
    version: server.version,
    targets: { page: { p50: 1.5, p99: 8 }, search: { p50: 20 }, text: { p50: 15 }, total: { p50: 5 } },
    async open(rows) {
      const url = await postgresDatabase(server, rows)
      const storage = fsStorage({ root: join(folder, 'objects') })
      const stowage = await createStowage({ storage, metadata: postgresMetadata({ url }), kinds: [files], workers: false })
      const client = new pg.Client({ connectionString: url, options: '-c search_path=stowage' })
      await client.connect()
      const prepare = (text: string) => {
        const name = createHash('sha256').update(text).digest('hex').slice(0, 20)
        return (values: readonly (string | number)[]) => client.query({ name, text, values: [...values], rowMode: 'array' })
      }
      return subjectOf(rows, stowage.as({ id: 'alice' }), { sql: barePostgres, prepare }, async () => {
        await client.end()
        await stowage.close()
      })
    },
    close: () => server.stop(),
  }
}
