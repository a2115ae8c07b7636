import type { ApiContext, Progress } from '../handle-request.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import { answerFailure, type Failure } from './answer-failure.ts'

/** Turns whatever was thrown into the answer of the profile it happened in, and logs it once. */
export function answerError(api: ApiContext, request: HttpRequest, progress: Progress, thrown: unknown): HttpResponse {
  return answerFailure(api.stowage.logger, request, { thrown, ...placeOf(api, request, progress) })
}

/** Where a request fails, and how its profile presents that. */
export function placeOf(api: ApiContext, request: HttpRequest, { route, prepared }: Progress): Omit<Failure, 'thrown'> {
  return {
    route: route?.template.text ?? '(none)',
    operation: route?.target.operation ?? null,
    challenge: prepared?.profile.authenticate?.challenge,
    present: prepared === null ? api.presentError : prepared.profile.present?.error,
    ...(api.requestId && { requestId: api.requestId(request) }),
  }
}
