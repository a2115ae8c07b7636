import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import type { WritingBlob } from '../blobs.ts'
import type { ServiceDeps } from '../service.ts'
import { blobDueAt, type PendingUpload, toData } from './pending-upload.ts'

/** The right to complete an upload, kept up while that takes. */
export interface Held {
  /** The row as it is now, with the token that guards it. */
  readonly upload: PendingUpload
  /** The row of what the sender wrote. */
  readonly source: WritingBlob
  /** Fires when the right is lost: what is done after that counts for nothing. */
  readonly signal: AbortSignal
  /** Rows of bytes that are being written for this upload. */
  readonly written: readonly WritingBlob[]
  /** Keeps such a row as well. */
  keep(blob: WritingBlob): void
  /** Ends the renewals. */
  release(): void
}

/** Takes the right to complete an upload. @throws StowageError `conflict` where somebody else was faster, or it has ended */
export async function holdUpload(deps: ServiceDeps, taken: PendingUpload, source: WritingBlob): Promise<Held> {
  const leaseToken = hex(deps.random(16))
  const leased = leaseOf(deps, { ...taken, leaseToken, state: 'completing' })
  await deps.metadata.commit(changesOf(deps, { from: taken, to: leased, blobs: [source] }))
  return kept(deps, leased, source)
}

function leaseOf({ clock, timing }: ServiceDeps, upload: PendingUpload): PendingUpload {
  const leaseUntil = clock.now() + timing.uploadLeaseMs
  const expiresAt = Math.max(upload.expiresAt, leaseUntil)
  return { ...upload, expiresAt, data: { ...upload.data, phase: 'verifying', leaseUntil } }
}

interface Step {
  readonly from: PendingUpload
  readonly to: PendingUpload
  readonly blobs: readonly WritingBlob[]
}

function changesOf(deps: ServiceDeps, { from, to, blobs }: Step): readonly Change[] {
  const { id, state, leaseToken, expiresAt, data } = to
  const guard = { states: [from.state], leaseToken: from.leaseToken }
  const dueAt = blobDueAt(deps, expiresAt)
  return [
    { op: 'updateUpload', id, guard, set: { state, leaseToken, expiresAt, data: toData(data) } },
    ...blobs.map(
      (blob): Change => ({
        op: 'updateBlob',
        id: blob.id,
        guard: { states: ['writing'], leaseToken: blob.leaseToken },
        set: { dueAt },
      }),
    ),
    ...(data.hasRoom && expiresAt > from.expiresAt ? [keptRoom(to, deps.clock.now())] : []),
  ]
}

/** The room was granted when the upload began: it is kept whatever others have taken since. */
export function keptRoom({ id, kind, expiresAt, data }: PendingUpload, now: number): Change {
  const reservation = { id, kind, space: data.space, bytes: data.sizeBytes, count: 1, expiresAt }
  return { op: 'reserveUsage', reservation, now, limit: {} }
}

function kept(deps: ServiceDeps, leased: PendingUpload, source: WritingBlob): Held {
  const lost = new AbortController()
  const written: WritingBlob[] = []
  let upload = leased
  let cancel = (): void => undefined
  let over = false
  const schedule = (): void => {
    if (!over) cancel = deps.clock.after(deps.timing.uploadLeaseMs / 3, () => void renew())
  }
  const renew = async (): Promise<void> => {
    const next = leaseOf(deps, upload)
    try {
      await deps.metadata.commit(changesOf(deps, { from: upload, to: next, blobs: [source, ...written] }))
      upload = next
    } catch (error) {
      if (over) return
      if (isStowageError(error, 'conflict')) return lost.abort(leaseLost(upload.id))
      deps.logger.warn('The lease of an upload was not renewed.', { upload: upload.id, error })
    }
    schedule()
  }
  schedule()
  return {
    get upload() {
      return upload
    },
    source,
    signal: lost.signal,
    written,
    keep: blob => void written.push(blob),
    release() {
      over = true
      cancel()
    },
  }
}

function leaseLost(upload: string): StowageError {
  return new StowageError('conflict', `Upload ${upload} has ended, or is completed by somebody else.`)
}
