import { StowageError } from '../../contracts/errors.ts'
import { findUpload } from '../completion/pending-upload.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import type { ResumableRecord } from './received.ts'

/** Finds an upload that this actor began in this kind and space. @throws StowageError `not_found`, in the same words whatever is wrong with it */
export async function findResumable(deps: ServiceDeps, scope: ServiceScope, id: unknown): Promise<ResumableRecord> {
  return (await findUpload(deps, scope, id, 'resumable')) as ResumableRecord
}

/** Whether all of its bytes are there. */
export function isWhole({ offsetBytes, declaredBytes }: ResumableRecord): boolean {
  return offsetBytes === declaredBytes
}

/** Where the next bytes have to begin. @throws StowageError `conflict` */
export function assertOffset(upload: ResumableRecord, offsetBytes: number): void {
  if (upload.offsetBytes === offsetBytes) return
  throw new StowageError('conflict', `The next bytes begin at ${upload.offsetBytes}, not at ${offsetBytes}. Go on from there.`, {
    details: { offsetBytes: upload.offsetBytes },
  })
}
