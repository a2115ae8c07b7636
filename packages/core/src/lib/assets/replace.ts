import { openIncoming } from '../bytes/incoming.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import { isStowageError } from '../contracts/errors.ts'
import type { AssetChanges, Change } from '../contracts/metadata.ts'
import { hex } from '../crypto/random.ts'
import { cleanFilename, keySafeFilename } from '../kinds/filename.ts'
import { purgeJob } from '../lifecycle/purge.ts'
import { PROCESS_LANE, processChanges } from '../processing/job.ts'
import { firstProcessing } from '../processing/tools.ts'
import { assertKey } from '../storage/check-arguments.ts'
import type { ReplaceInput } from './assets.ts'
import {
  condemnAttempt,
  discardAttempt,
  leaseKeeper,
  newBlob,
  type StoredFacts,
  storeBlob,
  type WritingBlob,
  writeObject,
} from './blobs.ts'
import { type Recognised, recognise } from './recognise.ts'
import { assertIfMatch } from './record.ts'
import type { Recheck, ServiceDeps, ServiceScope } from './service.ts'

const MAX_TRIES = 20

/** Writes new bytes beside the old ones and swaps them in with one guarded update; the old ones go after a grace period. */
export async function replaceContent(
  deps: ServiceDeps,
  scope: ServiceScope,
  record: AssetRecord,
  input: ReplaceInput,
  recheck: Recheck,
): Promise<AssetRecord> {
  assertIfMatch(input.ifMatch, record)
  const { body, contentType: declared, ifMatch, filename: given, ...expected } = input
  const filename = given === undefined ? record.filename : cleanFilename(given)
  let keepLease: (() => void) | undefined
  const incoming = await openIncoming(body, {
    ...scope.kind.limits,
    ...expected,
    onBytes: bytes => {
      keepLease?.()
      input.onProgress?.(bytes)
    },
  })
  try {
    const seen = await recognise(deps, scope.kind, incoming, declared)
    const blob = replacementBlob(deps, scope, { ...record, filename }, seen.contentType)
    await deps.metadata.commit([{ op: 'insertBlob', blob }])
    keepLease = leaseKeeper(deps, blob)
    const facts = await written(deps, blob, () => writeObject(deps, blob, incoming, input.signal))
    return await swapIn(
      deps,
      record,
      {
        blob,
        facts,
        seen,
        processing: firstProcessing(deps, scope.kind, seen.contentType),
        names: given === undefined ? {} : names(scope, filename),
        ...(ifMatch === undefined ? {} : { ifMatch }),
      },
      recheck,
    )
  } finally {
    await incoming.close()
  }
}

function replacementBlob(deps: ServiceDeps, { kind }: ServiceScope, record: AssetRecord, contentType: string): WritingBlob {
  const id = hex(deps.random(16))
  const key = (kind.keys ?? deps.defaultKeys)({
    ...record,
    contentType,
    filename: keySafeFilename(record.filename ?? 'file'),
    replacementId: id,
  })
  assertKey(key, deps.storage.capabilities)
  return newBlob(deps, record, { id, key, contentType })
}

async function written<T>(deps: ServiceDeps, blob: WritingBlob, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await discardAttempt(deps, blob, error)
    throw error
  }
}

function names({ kind }: ServiceScope, filename: string | null): AssetChanges {
  return { filename, uniqueName: kind.filenames === 'unique' ? filename : null }
}

interface Replacement {
  /** Only where the caller gave one, so that a rename under way is not undone. */
  readonly names: AssetChanges
  readonly blob: WritingBlob
  readonly facts: StoredFacts
  readonly seen: Recognised
  readonly processing: 'none' | 'pending'
  readonly ifMatch?: string
}

async function swapIn(deps: ServiceDeps, first: AssetRecord, next: Replacement, recheck: Recheck): Promise<AssetRecord> {
  let record = first
  for (let tries = 1; ; tries += 1) {
    const set: AssetChanges = {
      blobId: next.blob.id,
      ...next.names,
      ...next.seen,
      sizeBytes: next.facts.sizeBytes,
      sha256: next.facts.sha256,
      processing: next.processing,
      processingError: null,
      processingProgress: null,
      updatedAt: deps.clock.now(),
    }
    try {
      await deps.metadata.commit(swap(deps, record, next, set))
      const replaced = { ...record, ...set, version: record.version + 1 }
      deps.emit('asset.replaced', replaced)
      deps.watchers.notify(record.id)
      if (next.processing === 'pending') deps.wakeJobs(PROCESS_LANE)
      return replaced
    } catch (error) {
      record = await afterFailedSwap(deps, next, { error, recheck, last: tries >= MAX_TRIES })
      if (record.blobId === next.blob.id) return record
    }
  }
}

function swap(deps: ServiceDeps, record: AssetRecord, next: Replacement, set: AssetChanges): Change[] {
  const old = record.blobId
  const goneAt = deps.clock.now() + deps.timing.replacedGraceMs
  const condemnOld: Change[] =
    old === null
      ? []
      : [
          { op: 'updateBlob', id: old, guard: { states: ['stored'] }, set: { state: 'condemned', dueAt: goneAt } },
          ...condemnDerivatives(record.id, old, goneAt),
          { op: 'enqueueJob', job: purgeJob(deps, record, goneAt) },
        ]
  return [
    { op: 'updateAsset', id: record.id, kind: record.kind, guard: { states: ['ready'], version: record.version }, set },
    storeBlob(next.blob, next.facts),
    ...condemnOld,
    { op: 'addUsage', kind: record.kind, space: record.space, bytes: next.facts.sizeBytes - (record.sizeBytes ?? 0), count: 0 },
    ...forgetText(record),
    ...processChanges(deps, { ...record, ...set }),
  ]
}

/** Words of the old bytes must not find the new ones. Only processing finds words. */
function forgetText({ id, kind, processing }: AssetRecord): Change[] {
  return processing === 'none' ? [] : [{ op: 'putText', assetId: id, kind, text: '', append: false }]
}

/** What was made of the old bytes goes with them; what is still being made loses its lease, and is deleted a second time later. */
function condemnDerivatives(assetId: string, sourceId: string, dueAt: number): Change[] {
  const condemned = { state: 'condemned', dueAt } as const
  return [
    { op: 'updateBlobsOf', assetId, guard: { states: ['stored'], sourceId }, set: condemned },
    {
      op: 'updateBlobsOf',
      assetId,
      guard: { states: ['writing'], sourceId },
      set: { ...condemned, leaseToken: null, purgesLeft: 2 },
    },
  ]
}

/**
 * Decides what a failed swap means: the fresh record to try again over, or the record with the replacement already in it.
 * Otherwise takes the new object back and throws.
 */
async function afterFailedSwap(
  deps: ServiceDeps,
  next: Replacement,
  failed: { readonly error: unknown; readonly recheck: Recheck; readonly last: boolean },
): Promise<AssetRecord> {
  const definite = isStowageError(failed.error, 'conflict')
  try {
    const record = await failed.recheck()
    if (record.blobId === next.blob.id) return record
    assertIfMatch(next.ifMatch, record)
    if (definite && !failed.last) return record
    if (!definite) await condemnAttempt(deps, next.blob)
    await discardAttempt(deps, next.blob, failed.error)
  } catch (error) {
    // With the database out of reach the commit may still have taken place: the sweeper decides by the rows.
    if (definite) await discardAttempt(deps, next.blob, error)
    throw error
  }
  throw failed.error
}
