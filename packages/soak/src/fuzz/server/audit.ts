import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssetRecord, MetadataStore, StorageAdapter, Stowage } from '@stowage/core'
import type { AuditReport } from './messages.ts'

const ANY_STATE = ['uploading', 'ready', 'failed', 'deleting'] as const
const PAGE = 1000
const HOUR = 3_600_000
/** Of uploads that nobody has ended. */
const UPLOADS_END = 26 * HOUR

export interface Places {
  readonly stowage: Stowage
  readonly storage: StorageAdapter
  readonly metadata: MetadataStore
  readonly root: string
  readonly spaces: Readonly<Record<string, readonly string[]>>
}

/**
 * Sweeps until nothing is left to do, then holds database, storage and folders against each other, both ways.
 * @param forward moves the server's clock
 */
export async function sweptAudit(places: Places, forward: (ms: number) => void): Promise<AuditReport> {
  const wrong: string[] = []
  // Leases end, then what late writers may have left is deleted once more.
  for (let pass = 0; pass < 5; pass++) {
    forward(pass === 0 ? UPLOADS_END : 2 * HOUR)
    const { failures } = await places.stowage.sweep()
    if (failures > 0) wrong.push(`the sweeper failed ${failures} times`)
  }
  const rows = (await Promise.all(places.stowage.kinds.map(kind => allRows(places.metadata, kind.name)))).flat()
  const keys = new Set<string>()
  for (const row of rows) wrong.push(...(await rowFaults(places, row, keys)))
  const objects = await allKeys(places.storage)
  for (const key of objects) if (!keys.has(key)) wrong.push(`object ${key} belongs to no row`)
  wrong.push(...(await usageFaults(places, rows)), ...(await leftOvers(places)))
  return { wrong: wrong.slice(0, 50), rows: rows.length, objects: objects.length }
}

async function allRows(metadata: MetadataStore, kind: string): Promise<AssetRecord[]> {
  const rows: AssetRecord[] = []
  for (;;) {
    const last = rows.at(-1)
    const page = await metadata.list({
      kind,
      filter: { op: 'all' },
      states: ANY_STATE,
      sort: { column: 'id', direction: 'asc' },
      limit: PAGE,
      ...(last && { after: { value: last.id, id: last.id } }),
    })
    rows.push(...page)
    if (page.length < PAGE) return rows
  }
}

async function allKeys(storage: StorageAdapter): Promise<string[]> {
  const keys: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await storage.list(cursor === undefined || cursor === null ? { limit: PAGE } : { limit: PAGE, cursor })
    keys.push(...page.objects.map(object => object.key))
    cursor = page.cursor
  } while (cursor !== null && cursor !== undefined)
  return keys
}

async function rowFaults({ metadata, storage }: Places, row: AssetRecord, keys: Set<string>): Promise<string[]> {
  const name = `${row.kind} ${row.id}`
  if (row.state !== 'ready') return [`row ${name} is still ${row.state}`]
  const [blob, ...more] = await metadata.listBlobs(row.id)
  if (blob === undefined || more.length > 0 || blob.id !== row.blobId || blob.state !== 'stored') {
    return [`row ${name} has other blobs than the one it names, stored`]
  }
  keys.add(blob.key)
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const chunk of (await storage.get(blob.key)).body) {
      hash.update(chunk)
      sizeBytes += chunk.length
    }
  } catch (error) {
    return [`the object of row ${name} can't be read: ${String(error)}`]
  }
  const same = sizeBytes === row.sizeBytes && hash.digest('hex') === row.sha256
  return same ? [] : [`the object of row ${name} has other bytes than the row says`]
}

async function usageFaults({ metadata, spaces }: Places, rows: readonly AssetRecord[]): Promise<string[]> {
  const wrong: string[] = []
  for (const [kind, ids] of Object.entries(spaces)) {
    for (const space of ids) {
      const own = rows.filter(row => row.kind === kind && row.space === space)
      const expected = { bytes: own.reduce((sum, row) => sum + (row.sizeBytes ?? 0), 0), count: own.length }
      const { bytes, count } = await metadata.getUsage(kind, space)
      if (bytes !== expected.bytes || count !== expected.count) {
        wrong.push(`usage of ${kind} "${space}" is ${JSON.stringify({ bytes, count })}, its rows say ${JSON.stringify(expected)}`)
      }
    }
  }
  return wrong
}

async function leftOvers({ metadata, root, spaces }: Places): Promise<string[]> {
  const wrong: string[] = []
  const due = await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)
  if (due.length > 0) wrong.push(`${due.length} or more blobs still wait for the sweeper`)
  const uploads = await metadata.listExpiredUploads(Number.MAX_SAFE_INTEGER, 10)
  if (uploads.length > 0) wrong.push(`${uploads.length} or more uploads are left, such as ${JSON.stringify(uploads[0])}`)
  for (const [kind, ids] of Object.entries(spaces)) {
    for (const space of ids) {
      const { bytes, count } = await metadata.getReserved(kind, space, 0)
      if (bytes !== 0 || count !== 0) wrong.push(`room is still kept for ${count} uploads in ${kind} "${space}"`)
    }
  }
  const reserved = join(root, '.stowage')
  for (const name of await readdir(reserved, { withFileTypes: true })) {
    if (!name.isDirectory()) continue
    const inside = await readdir(join(reserved, name.name))
    if (inside.length > 0) wrong.push(`the folder ${name.name} still holds ${inside.length} files, such as ${inside[0]}`)
  }
  return wrong
}
