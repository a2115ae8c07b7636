import type { ServiceDeps } from '../assets/service.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import type { BoundKind } from '../kinds/kind.ts'
import { optionsOf } from './tools.ts'

const WAIT_MS = 2000
/** Workers of other processes can't tell this one: the record is looked at now and then. */
const LOOK_MS = 250

/**
 * Holds the answer to an upload until as much is known of it as its kind wants to tell, for a while at most.
 * @returns the record as it is by then; the given one when its bytes are no longer there
 */
export async function answered(
  deps: Pick<ServiceDeps, 'metadata' | 'clock' | 'watchers'>,
  kind: BoundKind,
  stored: AssetRecord,
  signal: AbortSignal | undefined,
): Promise<AssetRecord> {
  const { answerAfter = 'stored', waitMs = WAIT_MS } = optionsOf(kind)
  if (isEnough(answerAfter, stored, stored)) return stored
  const until = deps.clock.now() + waitMs
  for (;;) {
    // Listening begins before the look, so that nothing is missed between both.
    const news = listen(deps, stored.id)
    const record = await deps.metadata.getAsset({ kind: stored.kind, id: stored.id })
    const leftMs = until - deps.clock.now()
    const over = signal?.aborted || leftMs <= 0 || record?.blobId !== stored.blobId
    if (over || isEnough(answerAfter, stored, record)) {
      news.close()
      return record?.blobId === stored.blobId ? record : stored
    }
    await news.within(Math.min(LOOK_MS, leftMs), signal)
  }
}

function isEnough(answerAfter: 'stored' | 'facts' | 'done', stored: AssetRecord, record: AssetRecord): boolean {
  if (answerAfter === 'stored' || record.processing !== 'pending') return true
  if (answerAfter === 'done') return false
  if (record.width !== null && record.height !== null) return true
  return JSON.stringify(record.properties) !== JSON.stringify(stored.properties)
}

interface News {
  /** Resolves with the next news, or when the time is over. */
  within(ms: number, signal: AbortSignal | undefined): Promise<void>
  close(): void
}

function listen({ clock, watchers }: Pick<ServiceDeps, 'clock' | 'watchers'>, assetId: string): News {
  const { promise, resolve } = Promise.withResolvers<void>()
  const close = watchers.watch(assetId, resolve)
  return {
    close,
    async within(ms, signal) {
      const wake = (): void => resolve()
      const cancel = clock.after(ms, wake)
      signal?.addEventListener('abort', wake, { once: true })
      await promise
      signal?.removeEventListener('abort', wake)
      cancel()
      close()
    },
  }
}
