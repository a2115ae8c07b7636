import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { BoundKind } from '../../kinds/kind.ts'
import type { JobRun } from '../../lifecycle/job-run.ts'
import type { JobHandler } from '../../lifecycle/job-runner.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { makeAsset } from './complete.ts'
import { settleFailure } from './failure.ts'
import { holdUpload } from './lease.ts'
import { asPending, isPending, type PendingUpload, sourceOf, whereBegun } from './pending-upload.ts'
import { isRefusal, refused } from './refusal.ts'

/** How often what can't be the storage's fault, or kills the worker, is begun again. */
const TRIES = 5

/** How often an upload whose sender writes again meanwhile is verified anew, before it has to wait. */
const TIMES_ANEW = 3

/** Completes an upload as its sender's own request would. Safe to run twice or late: its commit is guarded by the upload's lease. */
export function verifyHandler(service: ServiceDeps, kinds: readonly BoundKind[]): JobHandler {
  return async run => {
    for (let anew = 0; ; anew++) {
      try {
        return await verifyOnce(service, kinds, run)
      } catch (error) {
        if (await hasEnded(service, run)) return
        if (anew === TIMES_ANEW || !isStowageError(error, 'precondition_failed')) throw error
        service.logger.info('An upload has changed while it was verified.', { upload: run.payload.uploadId, error })
      }
    }
  }
}

/** Whether its sender has given it up meanwhile, or somebody else has brought it to its end: then nothing has failed. */
async function hasEnded({ metadata }: ServiceDeps, { payload }: JobRun): Promise<boolean> {
  try {
    const upload = await metadata.getUpload(String(payload.uploadId))
    return !upload || asPending(upload).data.phase !== 'verifying'
  } catch {
    // Out of reach: what failed first is told.
    return false
  }
}

async function verifyOnce(service: ServiceDeps, kinds: readonly BoundKind[], run: JobRun): Promise<void> {
  const { id, payload, attempt, lastError, signal } = run
  const kind = kinds.find(one => one.name === payload.kind)
  if (!kind) throw new StowageError('internal', `Job ${id} is of a kind that is not declared here.`)
  const found = await service.metadata.getUpload(String(payload.uploadId))
  if (!found || !isPending(found) || asPending(found).data.phase !== 'verifying') return
  const upload = asPending(found)
  const deps = whereBegun(service, upload)
  const held = await holdUpload(deps, upload, await sourceOf(deps, upload))
  try {
    if (attempt > TRIES && lastError === null) throw hopeless()
    await makeAsset(deps, scopeOf(kind, upload), held, { signal })
  } catch (error) {
    await settleFailure(deps, held, judged(error, attempt), 'verifying').catch(failure => {
      if (!isRefusal(failure)) throw failure
      deps.logger.info('An upload was refused.', { upload: upload.id, error: failure })
    })
  } finally {
    held.release()
  }
}

/** What waiting can help is tried until the upload expires; all else until its tries are used up. */
function judged(error: unknown, attempt: number): unknown {
  const waits = isStowageError(error) && (error.retryable || isStowageError(error, 'aborted', 'precondition_failed'))
  if (isRefusal(error) || waits || attempt < TRIES) return error
  return isStowageError(error, 'conflict') ? refused(error) : hopeless(error)
}

function hopeless(cause?: unknown): StowageError {
  const message = 'The upload could not be verified. Begin another.'
  return refused(new StowageError('unprocessable', message, { cause }))
}

/** Whose it is, as far as its row says: nothing else is asked of them any more. */
function scopeOf(kind: BoundKind, { data }: PendingUpload): ServiceScope {
  const { createdBy, space } = data
  return { kind, actor: createdBy === null ? null : { id: createdBy }, space: space === '' ? null : { id: space } }
}
