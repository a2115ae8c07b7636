import type { UnfinishedWrite } from '../../contracts/storage.ts'
import { type AuditRun, found, isOld, progressed, withSignal } from './audit-run.ts'

/** Looks at what the storage holds besides objects. */
export async function findUnfinished(run: AuditRun): Promise<void> {
  let done = 0
  for await (const write of abandoned(run)) {
    done += 1
    const since = write.lastModified.getTime()
    if (write.type === 'multipart') {
      const { key, uploadId } = write
      found(run, { type: 'unfinished_upload', message: `An unfinished upload to ${key} has no row.`, key, uploadId, since })
    } else {
      const { name, sizeBytes } = write
      found(run, { type: 'temporary_file', message: `Temporary file ${name} was left behind.`, key: name, sizeBytes, since })
    }
    progressed(run, 'unfinished', done)
  }
}

export async function removeUnfinished(run: AuditRun): Promise<void> {
  for await (const write of abandoned(run)) {
    await run.storage.unfinished?.remove(write)
    run.repaired.unfinished += 1
  }
}

/** Older than the grace age, and no row needs it. */
async function* abandoned(run: AuditRun): AsyncGenerator<UnfinishedWrite, void> {
  const { storage } = run
  if (!storage.unfinished) return
  for await (const write of storage.unfinished.list(withSignal(run))) {
    run.signal?.throwIfAborted()
    if (isOld(run, write.lastModified) && !(await isNeeded(run, write))) yield write
  }
}

async function isNeeded(run: AuditRun, write: UnfinishedWrite): Promise<boolean> {
  if (write.type === 'temporary') return false
  const blob = await run.deps.metadata.getBlobByKey(run.storage.name, write.key)
  return blob !== null && blob.state !== 'stored'
}
