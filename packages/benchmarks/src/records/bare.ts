import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { assetOf } from '../metadata/records.ts'

const COLUMNS = [
  'id',
  'kind',
  'space',
  'createdBy',
  'type',
  'state',
  'processing',
  'processingError',
  'processingProgress',
  'visibility',
  'title',
  'description',
  'slug',
  'filename',
  'contentType',
  'sizeBytes',
  'sha256',
  'width',
  'height',
  'properties',
  'fields',
  'metadata',
  'tags',
  'externalUrl',
  'version',
  'createdAt',
  'updatedAt',
] as const
const JSON_COLUMNS = ['properties', 'fields', 'metadata', 'tags'] as const
const TIME_COLUMNS = ['createdAt', 'updatedAt'] as const

/** A table with the columns of a record, and nothing else. */
export async function prepare(folder: string, records: number): Promise<void> {
  const db = open(folder)
  db.exec(`create table assets (${COLUMNS.map(name => (name === 'id' ? 'id text primary key' : name)).join(', ')})`)
  const insert = db.prepare(`insert into assets values (${COLUMNS.map(() => '?').join(', ')})`)
  db.exec('begin')
  for (let number = 0; number < records; number++) {
    const asset = assetOf(number)
    insert.run(...COLUMNS.map(name => cell(asset[name])))
  }
  db.exec('commit')
  db.close()
}

const cell = (value: unknown): string | number | null =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as string | number | null)

/** Finds a record by a prepared statement, in the form that Stowage sends it. */
export function openRecords(folder: string) {
  const db = open(folder)
  const byId = db.prepare('select * from assets where id = ?')
  const find = (id: string): Record<string, unknown> | null => {
    const row = byId.get(id) as Record<string, unknown> | undefined
    if (row === undefined) return null
    for (const name of JSON_COLUMNS) row[name] = JSON.parse(String(row[name]))
    for (const name of TIME_COLUMNS) row[name] = new Date(Number(row[name])).toISOString()
    row.url = `/api/assets/${id}/content`
    return row
  }
  return { find, close: async () => db.close() }
}

function open(folder: string): DatabaseSync {
  const db = new DatabaseSync(join(folder, 'records.db'))
  db.exec('pragma journal_mode = wal')
  return db
}
