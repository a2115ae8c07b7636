import { createHash } from 'node:crypto'
import type { AssetRecord, MetadataStore, StorageAdapter } from '@stowage/core/contracts'
import { expect } from 'vitest'
import { readAll } from './open-stowage.ts'

const ANY_STATE = ['uploading', 'ready', 'failed', 'deleting'] as const

/**
 * Holds database and storage against each other, both ways: each ready row has an object of its size and digest, each object belongs to a ready
 * row, nothing else is left, and the usage counters are the sums of the rows.
 * @returns the ready rows
 */
export async function audit(storage: StorageAdapter, metadata: MetadataStore): Promise<readonly AssetRecord[]> {
  const rows = await metadata.list({
    kind: 'asset',
    filter: { op: 'all' },
    states: ANY_STATE,
    sort: { column: 'createdAt', direction: 'asc' },
    limit: 1000,
  })
  expect(rows.filter(row => row.state !== 'ready')).toEqual([])
  const keys: string[] = []
  for (const row of rows) {
    const blobs = await metadata.listBlobs(row.id)
    expect(blobs.map(blob => [blob.id, blob.state])).toEqual([[row.blobId, 'stored']])
    for (const { key } of blobs) {
      const bytes = await readAll((await storage.get(key)).body)
      expect([bytes.byteLength, createHash('sha256').update(bytes).digest('hex')]).toEqual([row.sizeBytes, row.sha256])
      keys.push(key)
    }
  }
  expect((await storage.list()).objects.map(object => object.key)).toEqual(keys.sort())
  const bytes = rows.reduce((sum, row) => sum + (row.sizeBytes ?? 0), 0)
  expect(await metadata.getUsage('asset', '')).toEqual({ bytes, count: rows.length })
  expect(await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
  return rows
}
