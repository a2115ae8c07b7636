import { StowageError } from '../../contracts/errors.ts'
import { endUpload } from '../completion/end.ts'
import { findUpload, type PendingUpload } from '../completion/pending-upload.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'

/** Ends an upload, whatever is under way on it. @throws StowageError `conflict` once its asset is there */
export async function abortUpload(deps: ServiceDeps, scope: ServiceScope, id: string): Promise<void> {
  await abortFound(deps, await findUpload(deps, scope, id))
}

export async function abortFound(deps: ServiceDeps, upload: PendingUpload): Promise<void> {
  if (await endUpload(deps, upload)) return
  throw new StowageError('conflict', 'The upload is complete: delete its asset instead.')
}
