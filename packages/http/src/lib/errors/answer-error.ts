import type { ApiContext, Progress } from '../handle-request.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import { answerFailure } from './answer-failure.ts'

/** Turns whatever was thrown into the answer of the profile it happened in, and logs it once. */
export function answerError(api: ApiContext, request: HttpRequest, { route, prepared }: Progress, thrown: unknown): HttpResponse {
  return answerFailure(api.stowage.logger, request, {
    thrown,
    route: route?.template.text ?? '(none)',
    operation: route?.target.operation ?? null,
    challenge: prepared?.profile.authenticate?.challenge,
    present: prepared?.profile.present?.error,
    ...(api.requestId && { requestId: api.requestId(request) }),
  })
}
