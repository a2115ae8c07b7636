import type { KindSchema, UploadRecord } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { assetChanges } from './asset-changes.ts'
import type { SqlDialect } from './dialect.ts'
import { addDownloads } from './downloads.ts'
import { allOf, type Fragment, sql } from './fragment.ts'
import { releaseUsage, removeExpired, reserveUsage } from './reservations.ts'
import { assignments, inserter, sameAs, stateIn, update } from './row-changes.ts'
import { blobs, encode, idempotency, jobs, uploads } from './schema.ts'
import { type ReadyChange, textChanges } from './text-changes.ts'
import { addUsage, recountUsage } from './usage.ts'
import type { WritePlan } from './write-plan.ts'

const FIXED = {
  blob: new Set(['id', 'kind', 'key', 'sourceId', 'createdAt']),
  blobs: new Set(['id', 'kind', 'storage', 'key', 'sourceId', 'createdAt']),
  jobs: new Set(['id', 'type', 'createdAt']),
  uploads: new Set(['id', 'assetId', 'blobId', 'kind', 'createdAt']),
  idempotency: new Set(['scope', 'key']),
} as const

type Compile = { readonly [Op in ReadyChange['op']]: (plan: WritePlan, change: Extract<ReadyChange, { op: Op }>) => void }

/** Turns each kind of change into its guarded statements. */
export function changeCompiler(
  dialect: SqlDialect,
  kinds: ReadonlyMap<string, KindSchema>,
): (plan: WritePlan, change: ReadyChange) => void {
  const insertBlob = inserter(blobs, dialect.placeholder)
  const insertJob = inserter(jobs, dialect.placeholder)
  const insertUpload = inserter(uploads, dialect.placeholder)
  const insertIdempotency = inserter(idempotency, dialect.placeholder)
  const compilers: Compile = {
    ...assetChanges(dialect, kinds),
    ...textChanges(dialect),
    insertBlob: (plan, { blob }) => insertBlob(plan, blob),
    updateBlob: (plan, { id, guard, set }) => {
      const where = [sql`id = ${id}`, stateIn(guard.states)]
      if (guard.leaseToken !== undefined) where.push(sql`lease_token = ${guard.leaseToken}`)
      plan.add(update(blobs, assignments(blobs, set, FIXED.blob), where), 'one')
    },
    updateBlobsOf: (plan, { assetId, guard, set }) => {
      const where = [sql`asset_id = ${assetId}`, stateIn(guard.states)]
      if (guard.sourceId !== undefined) where.push(sameAs('source_id', guard.sourceId))
      plan.add(update(blobs, assignments(blobs, set, FIXED.blobs), where))
    },
    deleteBlob: (plan, { id, guard }) => plan.add(sql`delete from blobs where id = ${id} and ${stateIn(guard.states)}`, 'one'),
    enqueueJob: (plan, { job }) => insertJob(plan, job),
    updateJob: (plan, { id, guard, set }) => {
      plan.add(update(jobs, assignments(jobs, set, FIXED.jobs), [sql`id = ${id}`, sql`lease_token = ${guard.leaseToken}`]), 'one')
    },
    deleteJob: (plan, { id, guard }) => {
      plan.add(sql`delete from jobs where id = ${id} and lease_token = ${guard.leaseToken}`, 'one')
    },
    insertUpload: (plan, { upload }) => insertUpload(plan, upload),
    updateUpload: (plan, { id, guard, set }) => {
      plan.add(update(uploads, assignments(uploads, set, FIXED.uploads), uploadGuard(id, guard)), 'one')
    },
    deleteUpload: (plan, { id, guard }) => plan.add(sql`delete from uploads where ${allOf(uploadGuard(id, guard))}`, 'one'),
    insertIdempotency: (plan, { record, now }) => {
      const expired = [...idempotencyKey(record.scope, record.key), sql`expires_at <= ${now}`]
      plan.add(sql`delete from idempotency where ${allOf(expired)}`)
      insertIdempotency(plan, record)
    },
    updateIdempotency: (plan, { scope, key, guard, set }) => {
      const where = [...idempotencyKey(scope, key), sql`fingerprint = ${guard.fingerprint}`]
      plan.add(update(idempotency, assignments(idempotency, set, FIXED.idempotency), where), 'one')
    },
    deleteIdempotency: (plan, { scope, key, guard }) => {
      const where = [...idempotencyKey(scope, key), sql`fingerprint = ${guard.fingerprint}`]
      plan.add(sql`delete from idempotency where ${allOf(where)}`)
    },
    addUsage,
    recountUsage,
    reserveUsage: reserveUsage(dialect),
    releaseUsage,
    removeExpired,
    addDownloads: addDownloads(dialect),
  }
  return (plan, change) => {
    const run = compilers[change.op] as ((plan: WritePlan, change: ReadyChange) => void) | undefined
    if (!run) throw new StowageError('invalid_request', `There is no change called ${String(change.op)}.`)
    run(plan, change)
  }
}

const idempotencyKey = (scope: string, key: string): Fragment[] => [sql`scope = ${scope}`, sql`"key" = ${key}`]

function uploadGuard(
  id: string,
  guard: {
    readonly states: readonly UploadRecord['state'][]
    readonly leaseToken?: string | null
    readonly offsetBytes?: number
  },
): Fragment[] {
  const where = [sql`id = ${id}`, stateIn(guard.states)]
  if (guard.leaseToken !== undefined) where.push(sameAs('lease_token', guard.leaseToken))
  if (guard.offsetBytes !== undefined) {
    const offset = uploads.byProperty.get('offsetBytes')
    where.push(sql`offset_bytes = ${offset ? encode(offset, guard.offsetBytes) : null}`)
  }
  return where
}
