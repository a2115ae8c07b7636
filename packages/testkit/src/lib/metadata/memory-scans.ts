import {
  type AssetRecord,
  type AssetSummary,
  type JobRecord,
  type KindSchema,
  type MetadataScans,
  StowageError,
} from '@stowage/core/contracts'
import { compareUtf8 } from '../storage/utf8-order.ts'
import { type MemoryTables, pairKey, readyUsage } from './memory-tables.ts'

/** The reads that go through everything. */
export function scans(tables: MemoryTables, kinds: ReadonlyMap<string, KindSchema>): MetadataScans {
  return {
    async scanAssets({ after = '', limit, signal }) {
      throwIfAborted(signal)
      const found = [...tables.assets.values()].filter(({ id }) => compareUtf8(id, after) > 0)
      found.sort((a, b) => compareUtf8(a.id, b.id))
      return structuredClone(
        found.slice(0, limit).map(asset => ({ asset: summaryOf(asset), blob: tables.blobs.get(asset.blobId ?? '') ?? null })),
      )
    },
    async scanBlobs({ storage, after = '', until, limit, signal }) {
      throwIfAborted(signal)
      const within = (key: string): boolean =>
        compareUtf8(key, after) > 0 && (until === undefined || compareUtf8(key, until) <= 0)
      const found = [...tables.blobs.values()].filter(blob => blob.storage === storage && within(blob.key))
      found.sort((a, b) => compareUtf8(a.key, b.key))
      return structuredClone(
        found.slice(0, limit).map(blob => {
          const asset = tables.assets.get(blob.assetId)
          return { blob, asset: asset ? summaryOf(asset) : null }
        }),
      )
    },
    async measureUsage({ after = { kind: '', space: '' }, limit, signal }) {
      throwIfAborted(signal)
      const spaces = new Map<string, { kind: string; space: string }>()
      for (const key of tables.usage.keys()) {
        const [kind, space] = JSON.parse(key) as [string, string]
        spaces.set(key, { kind, space })
      }
      for (const { kind, space, state } of tables.assets.values()) {
        if (state === 'ready') spaces.set(pairKey(kind, space), { kind, space })
      }
      const inOrder = (a: { kind: string; space: string }, b: { kind: string; space: string }): number =>
        compareUtf8(a.kind, b.kind) || compareUtf8(a.space, b.space)
      const found = [...spaces.values()].filter(place => inOrder(place, after) > 0).sort(inOrder)
      return found.slice(0, limit).map(({ kind, space }) => ({
        kind,
        space,
        recorded: { ...(tables.usage.get(pairKey(kind, space)) ?? { bytes: 0, count: 0 }) },
        actual: readyUsage(tables, kind, space),
      }))
    },
    async listDueJobs(now, limit) {
      const due = [...tables.jobs.values()].filter(job => dueAt(job) <= now)
      due.sort((a, b) => dueAt(a) - dueAt(b) || compareUtf8(a.id, b.id))
      return structuredClone(due.slice(0, limit))
    },
    async listKinds() {
      return [...kinds.keys()].sort(compareUtf8)
    },
  }
}

const dueAt = (job: JobRecord): number =>
  (job.state === 'queued' ? job.runAt : job.state === 'running' ? job.leaseUntil : null) ?? Number.POSITIVE_INFINITY

function summaryOf(asset: AssetRecord): AssetSummary {
  const { id, kind, space, state, blobId, sizeBytes, sha256, updatedAt, createdAt } = asset
  return { id, kind, space, state, blobId, sizeBytes, sha256, updatedAt, createdAt }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StowageError('aborted', 'The scan was given up.', { cause: signal.reason })
}
