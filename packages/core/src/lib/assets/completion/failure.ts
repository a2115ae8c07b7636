import type { AssetRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import type { WritingBlob } from '../blobs.ts'
import { condemnedFragments } from '../resumable/fragments.ts'
import type { ServiceDeps } from '../service.ts'
import { clearSource, condemnedSource } from './end.ts'
import type { Held } from './lease.ts'
import { asPending, type PendingData, toData } from './pending-upload.ts'
import { isRefusal, toFailure } from './refusal.ts'

/**
 * Puts an upload whose completion failed back as it was, so that it can be completed again; a refusal ends it. The commit that was to make the asset may
 * have taken place although it failed: then its asset is the answer.
 * @param back what it goes back to
 * @throws the failure
 */
export async function settleFailure(
  deps: ServiceDeps,
  held: Held,
  failure: unknown,
  back: 'open' | 'verifying',
): Promise<AssetRecord> {
  held.release()
  const { upload, source, written } = held
  const { id, leaseToken, data } = upload
  const refusal = isRefusal(failure) ? failure : null
  const next: PendingData = refusal
    ? { ...data, phase: 'failed', leaseUntil: null, failure: toFailure(refusal) }
    : { ...data, phase: back, leaseUntil: null }
  const changes: Change[] = [
    {
      op: 'updateUpload',
      id,
      guard: { states: ['completing'], leaseToken },
      set: { state: next.phase === 'open' ? 'open' : 'completing', leaseToken: null, data: toData(next) },
    },
    ...written.map(blob => condemned(deps, blob)),
    ...(refusal ? [condemnedSource(deps, data.method, source), ...condemnedFragments(deps, upload)] : []),
    ...(refusal && data.hasRoom ? [{ op: 'releaseUsage', id } as const] : []),
  ]
  try {
    await deps.metadata.commit(changes)
  } catch (error) {
    const made = await madeAsset(deps, id)
    if (made) return made
    // It has ended meanwhile, as its sender may wish, and can't become an asset any more.
    if (isStowageError(error, 'conflict')) await discardWritten(deps, held)
    else deps.logger.warn('An upload whose completion failed is left to its lease.', { upload: id, error })
    throw failure
  }
  await Promise.all(written.map(blob => removeNow(deps, blob, failure)))
  if (refusal) await clearSource(deps, upload)
  throw failure
}

async function discardWritten(deps: ServiceDeps, { written }: Held): Promise<void> {
  try {
    await deps.metadata.commit(written.map(blob => condemned(deps, blob)))
    await Promise.all(written.map(blob => removeNow(deps, blob, null)))
  } catch (error) {
    deps.logger.debug('What an upload that has ended wrote is left to the sweeper.', { error })
  }
}

function condemned({ clock }: ServiceDeps, { id, leaseToken }: WritingBlob): Change {
  const set = { state: 'condemned', leaseToken: null, dueAt: clock.now(), purgesLeft: 2 } as const
  return { op: 'updateBlob', id, guard: { states: ['writing'], leaseToken }, set }
}

/** Where storage may still finish the write later, the row stays until a second purge. */
async function removeNow(deps: ServiceDeps, { id, key }: WritingBlob, failure: unknown): Promise<void> {
  try {
    const [result] = await deps.storage.delete([key])
    if (result?.error || isStowageError(failure, 'unavailable', 'timeout')) return
    await deps.metadata.commit([{ op: 'deleteBlob', id, guard: { states: ['condemned'] } }])
  } catch (error) {
    deps.logger.debug('What a failed completion wrote is left to the sweeper.', { key, error })
  }
}

async function madeAsset({ metadata }: ServiceDeps, id: string): Promise<AssetRecord | null> {
  try {
    const upload = await metadata.getUpload(id)
    const { assetId = null } = upload ? asPending(upload).data : {}
    return upload && assetId !== null ? await metadata.getAsset({ kind: upload.kind, id: assetId }) : null
  } catch {
    // Out of reach: the caller throws what failed first.
    return null
  }
}
