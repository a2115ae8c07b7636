import type { WriteGuard } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { Exchange } from './exchange.ts'

/** The If-Match of a request. @throws StowageError `precondition_required` where the profile demands one and it is absent */
export function writeGuard({ request, prepared }: Exchange): WriteGuard {
  const ifMatch = request.header('if-match')
  if (ifMatch !== null) return { ifMatch }
  if (prepared.profile.update?.requireIfMatch !== true) return {}
  throw new StowageError('precondition_required', 'Send If-Match with the ETag that you have seen.')
}
