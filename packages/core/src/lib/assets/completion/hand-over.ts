import type { JobRecord } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import type { WritingBlob } from '../blobs.ts'
import type { ServiceDeps } from '../service.ts'
import { keptRoom } from './lease.ts'
import { blobDueAt, type PendingUpload, toData } from './pending-upload.ts'

/** The lane that large uploads are verified in. */
export const VERIFY_LANE = 'verify'

/** A storage that is away is waited for until the upload expires. */
const MAX_ATTEMPTS = 10_000

/** Of a kind's jobs: a process takes those of the kinds that it knows. */
export const verifyType = (kind: string): string => `verify:${kind}`

/** Leaves the completion of an upload to a job. @throws StowageError `conflict` where somebody else was faster, or it has ended */
export async function handToJob(deps: ServiceDeps, upload: PendingUpload, source: WritingBlob): Promise<PendingUpload> {
  const { id, kind, state, leaseToken } = upload
  const now = deps.clock.now()
  // From now on it waits for us, and not for its sender.
  const expiresAt = Math.max(upload.expiresAt, now + deps.timing.directMs)
  const handed = {
    ...upload,
    state: 'completing',
    leaseToken: null,
    expiresAt,
    data: { ...upload.data, phase: 'verifying', leaseUntil: null },
  } as const
  await deps.metadata.commit([
    {
      op: 'updateUpload',
      id,
      guard: { states: [state], leaseToken },
      set: { state: 'completing', leaseToken: null, expiresAt, data: toData(handed.data) },
    },
    {
      op: 'updateBlob',
      id: source.id,
      guard: { states: ['writing'], leaseToken: source.leaseToken },
      set: { dueAt: blobDueAt(deps, expiresAt) },
    },
    ...(upload.data.hasRoom ? [keptRoom(handed, now)] : []),
    { op: 'enqueueJob', job: verifyJob(deps, { id, kind }) },
  ])
  deps.wakeJobs(VERIFY_LANE)
  return handed
}

function verifyJob({ random, clock }: ServiceDeps, { id, kind }: Pick<PendingUpload, 'id' | 'kind'>): JobRecord {
  const now = clock.now()
  return {
    id: hex(random(16)),
    type: verifyType(kind),
    payload: { uploadId: id, kind },
    state: 'queued',
    attempts: 0,
    maxAttempts: MAX_ATTEMPTS,
    runAt: now,
    leaseToken: null,
    leaseUntil: null,
    lastError: null,
    createdAt: now,
  }
}
