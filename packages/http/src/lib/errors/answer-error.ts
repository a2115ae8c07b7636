import type { StowageError } from '@stowage/core/contracts'
import type { ApiContext, Progress } from '../handle-request.ts'
import { presented } from '../operations/present-asset.ts'
import type { PresentableError } from '../profile/profile.ts'
import { isReply } from '../profile/reply.ts'
import type { HttpRequest } from '../request.ts'
import { type HttpResponse, jsonResponse } from '../response.ts'
import { errorHeaders } from './error-headers.ts'
import { logError } from './log-error.ts'
import { PROBLEM_TYPE, toProblem } from './problem.ts'
import { presentable, toStowageError } from './public-error.ts'
import { requestIdFrom } from './request-id.ts'

/** Turns whatever was thrown into the answer of the profile it happened in, and logs it once. */
export function answerError(api: ApiContext, request: HttpRequest, progress: Progress, thrown: unknown): HttpResponse {
  const error = toStowageError(thrown)
  const requestId = requestIdOf(api, request)
  const { route, prepared } = progress
  logError(api.stowage.logger, error, {
    requestId,
    method: request.method.slice(0, 20),
    route: route?.template.text ?? '(none)',
    operation: route?.target.operation ?? null,
  })
  const challenge = prepared?.profile.authenticate?.challenge ?? 'Bearer'
  const headers = {
    ...errorHeaders(error, { challenge, method: request.method }),
    'cache-control': 'no-store',
    'x-request-id': requestId,
  }
  return present(api, request, progress, error, { headers, requestId })
}

function present(
  api: ApiContext,
  request: HttpRequest,
  { route, prepared }: Progress,
  error: StowageError,
  { headers, requestId }: { readonly headers: Record<string, string>; readonly requestId: string },
): HttpResponse {
  const visible = presentable(error, requestId)
  const make = prepared?.profile.present?.error
  if (make === undefined) return problem(visible, headers)
  try {
    const value = make(visible, { request, operation: route?.target.operation ?? null })
    return isReply(value) ? presented(value, visible.status, headers) : jsonResponse(visible.status, value, headers)
  } catch (cause) {
    api.stowage.logger.error('present.error failed', { requestId, cause: String(cause) })
    return problem(visible, headers)
  }
}

function problem(error: PresentableError, headers: Record<string, string>): HttpResponse {
  return jsonResponse(error.status, toProblem(error), { ...headers, 'content-type': PROBLEM_TYPE })
}

function requestIdOf(api: ApiContext, request: HttpRequest): string {
  return api.requestId === undefined ? requestIdFrom(request) : api.requestId(request)
}
