import { StowageError } from '../../contracts/errors.ts'
import type { ServiceDeps } from '../service.ts'
import type { Seat } from './seat.ts'

/** Asks whether it still is that of the newest request, where nothing is to be written down yet. @throws StowageError `conflict` */
export async function assertNewest({ metadata }: ServiceDeps, { upload }: Seat): Promise<void> {
  const current = await metadata.getUpload(upload.id)
  if (current?.leaseToken !== upload.leaseToken) throw newerRequest()
}

export function newerRequest(): StowageError {
  return new StowageError('conflict', 'A newer request goes on with this upload.')
}
