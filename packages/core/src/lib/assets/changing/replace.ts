import type { AssetRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import type { AssetChanges, Change } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import { cleanFilename, keySafeFilename } from '../../kinds/filename.ts'
import type { Kind } from '../../kinds/kind.ts'
import { purgeJob } from '../../lifecycle/purge.ts'
import { PROCESS_LANE, processChanges } from '../../processing/job.ts'
import { firstProcessing } from '../../processing/tools.ts'
import { assertKey } from '../../storage/check-arguments.ts'
import { keepAnnounced, openBody } from '../admission/body.ts'
import { orGivenBack } from '../admission/or-given-back.ts'
import { openRoom, type Room } from '../admission/room.ts'
import {
  condemnAttempt,
  discardAttempt,
  leaseKeeper,
  newBlob,
  type StoredFacts,
  storeBlob,
  type WritingBlob,
  writeObject,
} from '../blobs.ts'
import { checkAsset } from '../details/check.ts'
import type { ReplaceInput } from '../interface/changing.ts'
import { type Recognised, recognise } from '../making/recognise.ts'
import { assertIfMatch } from '../record.ts'
import type { Recheck, ServiceDeps, ServiceScope } from '../service.ts'

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
  const replacing: Replacing = { scope, record, input, recheck, room: null }
  return scope.kind.quota ? replaceInRoom(deps, replacing) : replace(deps, replacing)
}

interface Replacing {
  readonly scope: ServiceScope
  readonly record: AssetRecord
  readonly input: ReplaceInput
  readonly recheck: Recheck
  /** For what the new bytes are more; null where nothing limits them. */
  readonly room: Room | null
}

async function replaceInRoom(deps: ServiceDeps, replacing: Replacing): Promise<AssetRecord> {
  const { scope, record, input } = replacing
  const room = await openRoom(deps, scope, { space: record.space, count: 0, freeBytes: record.sizeBytes ?? 0 })
  return orGivenBack(deps, [room], async () => {
    if (room) await keepAnnounced(scope.kind, room, input)
    return replace(deps, { ...replacing, room })
  })
}

async function replace(deps: ServiceDeps, { scope, record, input, recheck, room }: Replacing): Promise<AssetRecord> {
  const { contentType: declared, ifMatch, filename: given } = input
  const filename = given === undefined ? record.filename : cleanFilename(given)
  let keepLease: (() => void) | undefined
  const incoming = await openBody(scope.kind, input, room, bytes => {
    keepLease?.()
    input.onProgress?.(bytes)
  })
  try {
    const seen = await recognise(deps, scope.kind, incoming, declared)
    await checkAsset(deps, scope.kind, { ...record, filename, ...seen, externalUrl: null, sizeBytes: null, sha256: null })
    const blob = replacementBlob(deps, scope, { ...record, filename }, seen.contentType)
    await deps.metadata.commit([{ op: 'insertBlob', blob }])
    keepLease = room ? leaseKeeper(deps, blob, room) : leaseKeeper(deps, blob)
    const facts = await written(deps, blob, () => writeObject(deps, blob, incoming, input.signal))
    return await swapIn(
      deps,
      record,
      {
        blob,
        kind: scope.kind,
        facts,
        seen,
        room,
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
  readonly kind: Kind
  /** Only where the caller gave one, so that a rename under way is not undone. */
  readonly names: AssetChanges
  readonly blob: WritingBlob
  readonly facts: StoredFacts
  readonly seen: Recognised
  readonly room: Room | null
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
      externalUrl: null,
      sizeBytes: next.facts.sizeBytes,
      sha256: next.facts.sha256,
      processing: next.processing,
      processingError: null,
      processingProgress: null,
      updatedAt: deps.clock.now(),
    }
    try {
      // Others have changed the record since it was asked for the first time.
      if (tries > 1) await checkAsset(deps, next.kind, { ...record, ...set })
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
  const bytes = next.facts.sizeBytes - (record.sizeBytes ?? 0)
  const grown = { op: 'addUsage', kind: record.kind, space: record.space, bytes, count: 0 } as const
  return [
    { op: 'updateAsset', id: record.id, kind: record.kind, guard: { states: ['ready'], version: record.version }, set },
    storeBlob(next.blob, next.facts),
    ...condemnOld,
    ...(next.room?.settle(grown) ?? [grown]),
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
