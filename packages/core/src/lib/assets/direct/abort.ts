import { StowageError } from '../../contracts/errors.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { type DirectUploadRecord, findUpload } from './direct-upload.ts'
import { endUpload } from './end.ts'

/** Ends an upload, whatever is under way on it. @throws StowageError `conflict` once its asset is there */
export async function abortUpload(deps: ServiceDeps, scope: ServiceScope, id: string): Promise<void> {
  await abortFound(deps, await findUpload(deps, scope, id))
}

export async function abortFound(deps: ServiceDeps, upload: DirectUploadRecord): Promise<void> {
  if (await endUpload(deps, upload)) return
  throw new StowageError('conflict', 'The upload is complete: delete its asset instead.')
}
