import { isStowageError } from '../../contracts/errors.ts'
import type { Change, UploadRecord } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import { quotaOf, usedUp } from '../admission/quota.ts'
import type { WritingBlob } from '../blobs.ts'
import { blobDueAt, sourceOf, toData } from '../completion/pending-upload.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { keptFragments } from './fragments.ts'
import { fragmentsOf, type Received, type ResumableRecord, withoutNumber } from './received.ts'

/** The right to write an upload, wherever: its token guards each step, and only the newest one has it. */
export interface Seat {
  /** The row as it is now. */
  readonly upload: ResumableRecord
  readonly source: WritingBlob
  /** Of the file, as far as it is known. */
  readonly lengthBytes: number | null
}

/**
 * Takes the right to write from whoever has it. The number that they may be using is left to them.
 * @param declaredBytes the length of the file, where it became known now
 * @throws StowageError `conflict` where the upload has changed since it was read; `quota_exceeded`
 */
export async function takeSeat(
  deps: ServiceDeps,
  scope: ServiceScope,
  taken: ResumableRecord,
  declaredBytes: number | null,
): Promise<Seat> {
  const { data } = taken
  const received = taken.leaseToken === null ? data.received : withoutNumber(data.received)
  const isDeclared = declaredBytes !== taken.declaredBytes && !endsInFragments(taken, declaredBytes)
  const known = isDeclared ? declaredBytes : taken.declaredBytes
  const upload = {
    ...taken,
    leaseToken: hex(deps.random(16)),
    declaredBytes: known,
    data: { ...data, received, sizeBytes: known ?? 0 },
  }
  const quota = isDeclared && data.hasRoom ? await quotaOf(deps, scope, data.space) : null
  const room = isDeclared ? roomFor(deps, upload, declaredBytes ?? 0, quota ?? {}) : []
  try {
    await deps.metadata.commit([...changesOf(taken, upload), ...room])
  } catch (error) {
    throw quota && isStowageError(error, 'quota_exceeded') ? usedUp(quota, error) : error
  }
  return { upload, source: await sourceOf(deps, upload), lengthBytes: declaredBytes }
}

/** Its length is then written down together with its last part: whoever reads the row must not take it for whole before. */
function endsInFragments({ offsetBytes, data }: ResumableRecord, lengthBytes: number | null): boolean {
  return offsetBytes === lengthBytes && fragmentsOf(data.received).length > 0
}

/** What comes next of an upload. */
export interface Step {
  readonly bytes: number
  readonly received: Received
  /** Lets go of the right to write. */
  readonly release?: boolean
  /** What else happens, or does not, in the same commit. */
  readonly also?: readonly Change[]
}

/** Writes down what the storage has acknowledged: from then on it may be told. @throws StowageError `conflict` where somebody else goes on, or it has ended */
export async function advance(deps: ServiceDeps, seat: Seat, { bytes, received, release, also = [] }: Step): Promise<Seat> {
  const { upload, source, lengthBytes } = seat
  const now = deps.clock.now()
  const later = now + deps.timing.directMs
  // Not at every step: it takes three rows instead of one.
  const expiresAt = later - upload.expiresAt > deps.timing.directMs / 24 ? later : upload.expiresAt
  const offsetBytes = upload.offsetBytes + bytes
  const isWhole = offsetBytes === lengthBytes && fragmentsOf(received).length === 0
  const declaredBytes = isWhole ? lengthBytes : upload.declaredBytes
  const next: ResumableRecord = {
    ...upload,
    offsetBytes,
    declaredBytes,
    // Another one at each step: what happened although its answer was lost is then not written over.
    leaseToken: release ? null : hex(deps.random(16)),
    expiresAt,
    data: { ...upload.data, received, sizeBytes: declaredBytes ?? 0 },
  }
  const dueAt = blobDueAt(deps, expiresAt)
  const kept: readonly Change[] =
    expiresAt === upload.expiresAt
      ? []
      : [
          { op: 'updateBlob', id: source.id, guard: { states: ['writing'], leaseToken: source.leaseToken }, set: { dueAt } },
          ...keptFragments(upload, dueAt),
          ...roomFor(deps, next, next.declaredBytes ?? next.offsetBytes, {}),
        ]
  await deps.metadata.commit([...changesOf(upload, next), ...kept, ...also])
  return { ...seat, upload: next }
}

/** Whether room must be kept before bytes are taken: that of a file of known length was kept when it became known. */
export function needsRoom({ upload }: Seat): boolean {
  return upload.data.hasRoom && upload.declaredBytes === null
}

/**
 * Keeps room for a file whose length is not known, before its bytes are taken.
 * @param bytes what it has by then
 * @throws StowageError `quota_exceeded`
 */
export async function keepRoom(deps: ServiceDeps, scope: ServiceScope, { upload }: Seat, bytes: number): Promise<void> {
  const quota = await quotaOf(deps, scope, upload.data.space)
  try {
    await deps.metadata.commit(roomFor(deps, upload, bytes, quota ?? {}))
  } catch (error) {
    throw quota && isStowageError(error, 'quota_exceeded') ? usedUp(quota, error) : error
  }
}

function roomFor(
  deps: ServiceDeps,
  { id, kind, expiresAt, data }: ResumableRecord,
  bytes: number,
  limit: { readonly bytes?: number; readonly count?: number },
): readonly Change[] {
  if (!data.hasRoom) return []
  const reservation = { id, kind, space: data.space, bytes, count: 1, expiresAt }
  return [{ op: 'reserveUsage', reservation, now: deps.clock.now(), limit }]
}

function changesOf(from: ResumableRecord, to: ResumableRecord): readonly Change[] {
  const { id, leaseToken, offsetBytes, declaredBytes, expiresAt, data } = to
  const set: Partial<UploadRecord> = { leaseToken, offsetBytes, declaredBytes, expiresAt, data: toData(data) }
  return [
    {
      op: 'updateUpload',
      id,
      guard: { states: ['open'], leaseToken: from.leaseToken, offsetBytes: from.offsetBytes },
      set,
    },
  ]
}
