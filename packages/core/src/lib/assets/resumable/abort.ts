import { abortFound } from '../direct/abort.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { findResumable } from './find.ts'

/** Ends an upload, whoever is sending. @throws StowageError `conflict` once its asset is there */
export async function abortResumable(deps: ServiceDeps, scope: ServiceScope, id: string): Promise<void> {
  const upload = await findResumable(deps, scope, id)
  await deps.resumable.writers.stop(id)
  await abortFound(deps, upload)
}
