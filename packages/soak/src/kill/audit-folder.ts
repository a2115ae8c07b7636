import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sha256 } from './content.ts'

type Row = Readonly<Record<string, string | number | null>>

/**
 * Holds a folder's database and its files against each other when nothing is under way any more. Reads both directly, so that it
 * shares no code with what it judges.
 * @returns one line for each thing that is wrong
 */
export async function auditFolder(folder: string): Promise<readonly string[]> {
  const rows = readRows(join(folder, 'assets.db'))
  const root = join(folder, 'objects')
  const files = await filesBelow(root)
  return [...unfinished(rows), ...(await wrongObjects(rows, root)), ...strays(rows, files), ...wrongUsage(rows)]
}

interface Rows {
  readonly assets: readonly Row[]
  readonly blobs: readonly Row[]
  readonly jobs: readonly Row[]
  readonly uploads: readonly Row[]
  readonly usage: readonly Row[]
  readonly reservations: readonly Row[]
  readonly keys: readonly Row[]
}

function readRows(file: string): Rows {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const [check] = db.prepare('pragma quick_check').all()
    if (check?.quick_check !== 'ok') throw new Error(`The database is damaged: ${JSON.stringify(check)}`)
    const all = (columns: string, table: string) => db.prepare(`select ${columns} from ${table}`).all() as Row[]
    return {
      assets: all('id, state, blob_id, size_bytes, sha256', 'assets'),
      blobs: all('id, asset_id, state, "key"', 'blobs'),
      jobs: all('id, state', 'jobs'),
      uploads: all('id', 'uploads'),
      usage: all('bytes, count', 'usage'),
      reservations: all('id', 'reservations'),
      keys: all('"key", response', 'idempotency'),
    }
  } finally {
    db.close()
  }
}

/** I5: nothing is between two states, and no row stays that its sweeper should have taken. */
function unfinished({ assets, blobs, jobs, uploads, reservations, keys }: Rows): string[] {
  const names = new Set(assets.map(asset => asset.id))
  return [
    ...assets.filter(({ state }) => state !== 'ready').map(({ id, state }) => `I5 asset ${id} is ${state}`),
    ...blobs.filter(({ state }) => state !== 'stored').map(({ id, state }) => `I5 blob ${id} is ${state}`),
    ...blobs.filter(blob => !names.has(blob.asset_id ?? '')).map(({ id }) => `I5 blob ${id} has no asset`),
    ...jobs.filter(({ state }) => state !== 'failed').map(({ id, state }) => `I5 job ${id} is ${state}`),
    ...uploads.map(({ id }) => `I5 upload ${id} is left`),
    ...reservations.map(({ id }) => `I5 room ${id} is still kept`),
    ...keys.filter(({ response }) => response === null).map(({ key }) => `I5 key ${key} is still held`),
  ]
}

/** I1: each ready row has exactly one blob, and its object is of its size and digest. */
async function wrongObjects({ assets, blobs }: Rows, root: string): Promise<string[]> {
  const found: string[] = []
  for (const { id, blob_id, size_bytes, sha256: digest } of assets) {
    const own = blobs.filter(blob => blob.asset_id === id)
    const [blob] = own
    if (own.length !== 1 || blob?.id !== blob_id) {
      found.push(`I1 asset ${id} has the blobs ${own.map(other => other.id).join(', ') || 'none'}, its own is ${blob_id}`)
      continue
    }
    const bytes = await readFile(join(root, String(blob?.key))).catch(() => null)
    if (!bytes) found.push(`I1 the object of asset ${id} is missing`)
    else if (bytes.byteLength !== size_bytes || sha256(bytes) !== digest)
      found.push(`I1 the object of asset ${id} has other bytes`)
  }
  return found
}

/** I3: no file without a row; temporary files and unfinished uploads count. */
function strays({ blobs }: Rows, files: readonly string[]): string[] {
  const keys = new Set(blobs.map(({ key }) => String(key)))
  return files.filter(file => file !== '.stowage/marker' && !keys.has(file)).map(file => `I3 ${file} has no row`)
}

async function filesBelow(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter(entry => !entry.isDirectory()).map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))
}

/** I6: counters are the sums of the rows. */
function wrongUsage({ assets, usage }: Rows): string[] {
  const bytes = assets.reduce((sum, asset) => sum + Number(asset.size_bytes), 0)
  const [counted = { bytes: 0, count: 0 }] = usage
  if (usage.length <= 1 && counted.bytes === bytes && counted.count === assets.length) return []
  return [`I6 usage says ${JSON.stringify(usage)}; the rows have ${bytes} bytes in ${assets.length} assets`]
}
