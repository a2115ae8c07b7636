import type { ServiceDeps } from '../assets/service.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { BoundKind } from '../kinds/kind.ts'
import { notFound } from '../policy/guard.ts'
import { PROCESS_LANE, processJob } from './job.ts'
import { optionsOf } from './tools.ts'

type Deps = Pick<ServiceDeps, 'metadata' | 'scanner' | 'clock' | 'random' | 'wakeJobs'>

/**
 * Passes where the bytes of this record, and pictures of them, may be read now.
 * @throws StowageError `conflict`, retryable, until they are scanned, or processed where the kind's `gate` wants that; `forbidden` for
 * what the scanner found something in
 */
export async function assertReadable(deps: Deps, kind: BoundKind, record: AssetRecord): Promise<void> {
  if (record.blobId === null) return
  // A verdict holds in processes without a scanner too.
  if (deps.scanner || record.processing === 'failed') await assertScanned(deps, record, record.blobId)
  if (record.processing === 'pending' && optionsOf(kind).gate === true) throw notYet()
}

async function assertScanned(deps: Deps, record: AssetRecord, blobId: string): Promise<void> {
  const blob = await deps.metadata.getBlob(blobId)
  if (!blob) throw notFound()
  if (blob.scan === 'rejected') {
    const details = { processing: 'failed', reason: record.processingError }
    throw new StowageError('forbidden', record.processingError ?? 'The scanner rejected this file.', { details })
  }
  if (blob.scan === 'clean' || !deps.scanner) return
  // From before there was a scanner, or it could not be reached: scanned now that somebody asks.
  if (record.processing !== 'pending') await askForProcessing(deps, record, blobId)
  throw notYet()
}

async function askForProcessing(deps: Deps, record: AssetRecord, blobId: string): Promise<void> {
  const { id, kind, version } = record
  const guard = { states: ['ready'], version, blobId } as const
  const set = { processing: 'pending', processingError: null, processingProgress: null } as const
  try {
    await deps.metadata.commit([
      { op: 'updateAsset', id, kind, guard, set },
      { op: 'enqueueJob', job: processJob(deps, record) },
    ])
  } catch (error) {
    // Somebody else was first.
    if (!isStowageError(error, 'conflict')) throw error
  }
  deps.wakeJobs(PROCESS_LANE)
}

function notYet(): StowageError {
  return new StowageError('conflict', 'This file is still being processed. Try again in a moment.', {
    details: { processing: 'pending', retryAfterSeconds: 1 },
    retryable: true,
  })
}
