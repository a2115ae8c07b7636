import type { WritingBlob } from '../assets/blobs.ts'
import type { ServiceDeps } from '../assets/service.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'

/** How long a derivative that nobody works on any more keeps others from making it. */
export const LEASE_MS = 30_000
const DEADLINE_MS = 60_000

/** The right to make one derivative, renewed while the work on it goes on. */
export interface Lease {
  /** Fires at the deadline, when the lease was lost (source deleted or replaced), and when the process ends. */
  readonly signal: AbortSignal
  release(): void
}

export function holdLease(
  deps: Pick<ServiceDeps, 'clock' | 'logger' | 'metadata'>,
  blob: WritingBlob,
  ending: AbortSignal,
): Lease {
  const controller = new AbortController()
  const stop = (): void => controller.abort(ending.reason)
  if (ending.aborted) stop()
  ending.addEventListener('abort', stop, { once: true })
  const cancelDeadline = deps.clock.after(DEADLINE_MS, () =>
    controller.abort(new StowageError('timeout', `The picture was not made within ${DEADLINE_MS / 1000} seconds.`)),
  )
  let cancelRenewal = (): void => undefined
  const renewLater = (): void => {
    cancelRenewal = deps.clock.after(LEASE_MS / 3, () => {
      renewLater()
      void renew(deps, blob, controller)
    })
  }
  renewLater()
  return {
    signal: controller.signal,
    release() {
      cancelRenewal()
      cancelDeadline()
      ending.removeEventListener('abort', stop)
    },
  }
}

async function renew(
  deps: Pick<ServiceDeps, 'clock' | 'logger' | 'metadata'>,
  { id, leaseToken }: WritingBlob,
  controller: AbortController,
): Promise<void> {
  const set = { dueAt: deps.clock.now() + LEASE_MS }
  try {
    await deps.metadata.commit([{ op: 'updateBlob', id, guard: { states: ['writing'], leaseToken }, set }])
  } catch (error) {
    // Out of reach is no loss yet: the final commit holds the same guard.
    if (isStowageError(error, 'conflict')) controller.abort(error)
    else deps.logger.warn('The lease of a derivative was not renewed.', { blob: id, error })
  }
}
