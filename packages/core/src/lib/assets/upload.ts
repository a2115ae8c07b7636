import { type Incoming, openIncoming } from '../bytes/incoming.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import { isStowageError } from '../contracts/errors.ts'
import type { Change } from '../contracts/metadata.ts'
import { hex } from '../crypto/random.ts'
import { keySafeFilename, suffixFilename } from '../kinds/filename.ts'
import { assertKey } from '../storage/check-arguments.ts'
import type { AssetDetails, UploadInput } from './assets.ts'
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
import { type CheckedDetails, checkDetails } from './details.ts'
import { newId } from './new-id.ts'
import { type Recognised, recognise } from './recognise.ts'
import type { ServiceDeps, ServiceScope } from './service.ts'

const MAX_NAME_TRIES = 5

/** An upload that has been announced in the database. */
interface Attempt {
  readonly record: AssetRecord
  readonly blob: WritingBlob
}

/**
 * Takes a file in: looks at its beginning, announces it, writes it, and makes it visible, in this order; whatever fails takes
 * back what was done before.
 */
export async function uploadAsset(deps: ServiceDeps, scope: ServiceScope, input: UploadInput): Promise<AssetRecord> {
  const details = checkDetails(scope.kind, input, input.late ? 'part' : 'whole')
  let keepLease: (() => void) | undefined
  const incoming = await openIncoming(input.body, {
    ...scope.kind.limits,
    ...pick(input, 'sizeBytes', 'sha256', 'signal'),
    onBytes: bytes => {
      keepLease?.()
      input.onProgress?.(bytes)
    },
  })
  try {
    const seen = await recognise(deps, scope.kind, incoming, input.contentType)
    const attempt = await announce(deps, scope, details, seen)
    keepLease = leaseKeeper(deps, attempt.blob)
    return await receive(deps, scope, input, incoming, attempt)
  } finally {
    await incoming.close()
  }
}

async function receive(
  deps: ServiceDeps,
  scope: ServiceScope,
  input: UploadInput,
  incoming: Incoming,
  attempt: Attempt,
): Promise<AssetRecord> {
  const { facts, changes } = await write(deps, scope, input, incoming, attempt)
  try {
    return await publish(deps, attempt, facts, changes)
  } catch (error) {
    return await settleFailedPublish(deps, attempt, error)
  }
}

interface Written {
  readonly facts: StoredFacts
  readonly changes: Partial<AssetRecord>
}

async function write(
  deps: ServiceDeps,
  scope: ServiceScope,
  input: UploadInput,
  incoming: Incoming,
  attempt: Attempt,
): Promise<Written> {
  try {
    const facts = await writeObject(deps, attempt.blob, incoming, input.signal)
    const late = await input.late?.()
    return { facts, changes: late ? lateChanges(scope, input, late, attempt.record) : {} }
  } catch (error) {
    await discardAttempt(deps, attempt.blob, attempt.record, error)
    throw error
  }
}

/** The commit may have taken place although it failed: the object is only given up once the row can't become ready any more. */
async function settleFailedPublish(deps: ServiceDeps, { record, blob }: Attempt, failure: unknown): Promise<AssetRecord> {
  try {
    await condemnAttempt(deps, blob, record)
  } catch (error) {
    const found = await deps.metadata.getAsset({ kind: record.kind, id: record.id }).catch(() => null)
    if (found?.blobId === blob.id) return found
    deps.logger.warn('A failed upload is left to the sweeper.', { asset: record.id, key: blob.key, error })
    throw failure
  }
  await discardAttempt(deps, blob, record, failure)
  throw failure
}

/** Writes the intent: an invisible asset and its blob, before any byte. */
async function announce(deps: ServiceDeps, scope: ServiceScope, details: CheckedDetails, seen: Recognised): Promise<Attempt> {
  const wanted = details.filename ?? 'file'
  for (let tries = 1; ; tries += 1) {
    const filename = tries === 1 ? wanted : suffixFilename(wanted, hex(deps.random(4)))
    const attempt = await newAttempt(deps, scope, { ...details, filename }, seen)
    try {
      await deps.metadata.commit([
        { op: 'insertAsset', asset: attempt.record },
        { op: 'insertBlob', blob: attempt.blob },
      ])
      return attempt
    } catch (error) {
      // Only a taken name is tried again under another.
      if (tries >= MAX_NAME_TRIES || !isTakenName(error)) throw error
    }
  }
}

async function newAttempt(
  deps: ServiceDeps,
  scope: ServiceScope,
  details: CheckedDetails & { filename: string },
  seen: Recognised,
): Promise<Attempt> {
  const { kind, actor, space } = scope
  const now = deps.clock.now()
  const [id, blobId] = [await newId(deps, kind), hex(deps.random(16))]
  const record: AssetRecord = {
    id,
    kind: kind.name,
    space: space?.id ?? '',
    createdBy: actor?.id ?? null,
    state: 'uploading',
    processing: 'none',
    processingError: null,
    visibility: details.visibility ?? kind.visibility,
    title: details.title ?? null,
    description: details.description ?? null,
    slug: null,
    filename: details.filename,
    uniqueName: kind.filenames === 'unique' ? details.filename : null,
    sizeBytes: null,
    sha256: null,
    fields: details.fields ?? {},
    metadata: details.metadata ?? {},
    tags: details.tags ?? [],
    externalUrl: null,
    ...seen,
    blobId,
    version: 0,
    createdAt: now,
    updatedAt: now,
  }
  const key = (kind.keys ?? deps.defaultKeys)({ ...record, filename: keySafeFilename(details.filename), replacementId: null })
  assertKey(key, deps.storage.capabilities)
  return { record, blob: newBlob(deps, record, { id: blobId, key, contentType: seen.contentType }) }
}

/** What arrived behind the file, checked together with what came before it. */
function lateChanges(scope: ServiceScope, early: AssetDetails, late: AssetDetails, record: AssetRecord): Partial<AssetRecord> {
  const fields = early.fields || late.fields ? { fields: { ...early.fields, ...late.fields } } : {}
  const { filename, ...checked } = checkDetails(scope.kind, { ...early, ...late, ...fields }, 'whole')
  const renamed = late.filename !== undefined && filename !== undefined && filename !== record.filename
  if (!renamed) return checked
  return { ...checked, filename, uniqueName: scope.kind.filenames === 'unique' ? filename : null }
}

async function publish(
  deps: ServiceDeps,
  { record, blob }: Attempt,
  facts: StoredFacts,
  changes: Partial<AssetRecord>,
): Promise<AssetRecord> {
  const set = {
    ...changes,
    state: 'ready',
    sizeBytes: facts.sizeBytes,
    sha256: facts.sha256,
    updatedAt: deps.clock.now(),
  } as const
  const batch: Change[] = [
    { op: 'updateAsset', id: record.id, kind: record.kind, guard: { states: ['uploading'], blobId: blob.id }, set },
    storeBlob(blob, facts),
    { op: 'addUsage', kind: record.kind, space: record.space, bytes: facts.sizeBytes, count: 1 },
  ]
  try {
    await deps.metadata.commit(batch)
  } catch (error) {
    const { uniqueName } = changes
    if (!uniqueName || !isTakenName(error)) throw error
    const filename = suffixFilename(uniqueName, hex(deps.random(4)))
    return publish(deps, { record, blob }, facts, { ...changes, filename, uniqueName: filename })
  }
  const ready = { ...record, ...set, version: record.version + 1 }
  deps.emit('asset.ready', ready)
  return ready
}

function isTakenName(error: unknown): boolean {
  return isStowageError(error, 'already_exists') && error.details.constraint === 'uniqueName'
}

function pick<T extends object, K extends keyof T>(from: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(names.filter(name => from[name] !== undefined).map(name => [name, from[name]])) as Pick<T, K>
}
