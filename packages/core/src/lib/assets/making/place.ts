import { openIncoming } from '../../bytes/incoming.ts'
import type { AssetRecord } from '../../contracts/asset.ts'
import { keySafeFilename } from '../../kinds/filename.ts'
import { needsNoAsset, randomKey } from '../../kinds/keys.ts'
import type { Kind } from '../../kinds/kind.ts'
import { assertKey } from '../../storage/check-arguments.ts'
import type { Admission } from '../admission/admission.ts'
import { discardAttempt, leaseKeeper, newBlob, type StoredFacts, type WritingBlob, writeObject } from '../blobs.ts'
import type { ServiceDeps } from '../service.ts'

/** Where the bytes of a new asset are to lie. */
function placeOf(deps: ServiceDeps, kind: Kind, record: AssetRecord): string {
  const keys = kind.keys ?? deps.defaultKeys
  const key = keys({ ...record, filename: keySafeFilename(record.filename ?? 'file'), replacementId: null })
  assertKey(key, deps.storage.capabilities)
  return key
}

/** The same while details may still come: with fields missing, a place that depends on nothing. */
export function firstPlace(deps: ServiceDeps, kind: Kind, draft: AssetRecord): string {
  const whole = kind.fields?.strict().safeParse(draft.fields).success ?? true
  return whole ? placeOf(deps, kind, draft) : randomKey(deps.random)
}

/** Bytes that were written, and the row of their object. */
export interface Placed {
  readonly blob: WritingBlob
  readonly facts: StoredFacts
}

interface Move extends Placed {
  readonly admission: Pick<Admission, 'renewal'>
  readonly signal: AbortSignal | undefined
}

/**
 * Moves an upload's object where the asset as it has become wants it, if that is another place: details that arrived behind the file may be part of
 * the key. Objects are never renamed: a second one is written, and the first is taken back.
 */
export async function moveToPlace(deps: ServiceDeps, kind: Kind, record: AssetRecord, move: Move): Promise<Placed> {
  const { blob, facts } = move
  if (needsNoAsset(kind.keys ?? deps.defaultKeys)) return { blob, facts }
  try {
    const key = placeOf(deps, kind, record)
    if (key === blob.key) return { blob, facts }
    const next = newBlob(deps, { id: '', kind: kind.name }, { key, contentType: record.contentType })
    await deps.metadata.commit([{ op: 'insertBlob', blob: next }])
    const copy = await copyTo(deps, next, move)
    await discardAttempt(deps, blob, null)
    return { blob: next, facts: copy }
  } catch (error) {
    await discardAttempt(deps, blob, null)
    throw error
  }
}

/** Verified by size and digest, like everything that becomes readable. */
async function copyTo(deps: ServiceDeps, next: WritingBlob, { blob, facts, admission, signal }: Move): Promise<StoredFacts> {
  const { sizeBytes, sha256 } = facts
  const keepers = [leaseKeeper(deps, blob), leaseKeeper(deps, next, admission)]
  const keep = (): void => {
    for (const renew of keepers) renew()
  }
  const options = { ...(signal && { signal }) }
  try {
    const { body } = await deps.storage.get(blob.key, options)
    const expected = { ...options, minBytes: 0, maxBytes: sizeBytes, sizeBytes, sha256 }
    const incoming = await openIncoming(body, { ...expected, disposableChunks: true, onBytes: keep })
    try {
      return await writeObject(deps, next, incoming, signal)
    } finally {
      await incoming.close()
    }
  } catch (error) {
    await discardAttempt(deps, next, error)
    throw error
  }
}
