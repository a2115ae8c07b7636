import { createHash } from 'node:crypto'
import type { BlobRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import { type AuditRun, withSignal } from './audit-run.ts'
import type { AuditFinding } from './report.ts'

/** Reads the whole object. Null when its SHA-256 is that of its row. */
export async function verifyDigest(run: AuditRun, blob: BlobRecord, missing: () => AuditFinding): Promise<AuditFinding | null> {
  try {
    const { body } = await run.storage.get(blob.key, withSignal(run))
    const hash = createHash('sha256')
    for await (const chunk of body) {
      run.signal?.throwIfAborted()
      hash.update(chunk)
      run.checked.verifiedBytes += chunk.byteLength
    }
    const sha256 = hash.digest('hex')
    if (sha256 === blob.sha256) return null
    return { type: 'wrong_digest', message: `Object ${blob.key} has SHA-256 ${sha256}, not ${blob.sha256}.` }
  } catch (error) {
    run.signal?.throwIfAborted()
    if (isStowageError(error, 'not_found')) return missing()
    const why = error instanceof Error ? error.message : String(error)
    return { type: 'unreadable_object', message: `Object ${blob.key} can't be read: ${why}` }
  }
}
