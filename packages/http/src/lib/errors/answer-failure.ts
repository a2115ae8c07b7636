import type { Logger, StowageError } from '@stowage/core/contracts'
import { presented } from '../operations/present-asset.ts'
import type { Operation } from '../profile/operation.ts'
import type { Present, PresentableError } from '../profile/present.ts'
import type { HttpRequest } from '../request.ts'
import { type HttpResponse, jsonResponse } from '../response.ts'
import { errorHeaders } from './error-headers.ts'
import { describeCause, logError } from './log-error.ts'
import { PROBLEM_TYPE, toProblem } from './problem.ts'
import { presentable, toStowageError } from './public-error.ts'
import { requestIdFrom } from './request-id.ts'

/** What failed, and where; neither path nor query is logged, only `route`. */
export interface Failure {
  readonly thrown: unknown
  readonly route: string
  readonly operation: Operation | null
  /** Default: from the request. */
  readonly requestId?: string
  /** For `WWW-Authenticate`. Default `Bearer`. */
  readonly challenge?: string | undefined
  /** Default: RFC 9457 problem details. */
  readonly present?: Present['error'] | undefined
}

/** Turns whatever was thrown into an answer, and logs it once. */
export function answerFailure(logger: Logger, request: HttpRequest, failure: Failure): HttpResponse {
  const { route, operation, challenge = 'Bearer', requestId = requestIdFrom(request) } = failure
  const error: StowageError = toStowageError(failure.thrown)
  logError(logger, error, { requestId, method: request.method.slice(0, 20), route, operation })
  const visible = presentable(error, requestId)
  const headers = {
    'x-content-type-options': 'nosniff',
    ...errorHeaders(error, { challenge, method: request.method }),
    'cache-control': 'no-store',
    'x-request-id': requestId,
  }
  if (failure.present === undefined) return problem(visible, headers)
  try {
    return presented(failure.present(visible, { request, operation }), visible.status, headers)
  } catch (cause) {
    logger.error('present.error failed', { requestId, cause: describeCause(cause) })
    return problem(visible, headers)
  }
}

function problem(error: PresentableError, headers: Record<string, string>): HttpResponse {
  return jsonResponse(error.status, toProblem(error), { ...headers, 'content-type': PROBLEM_TYPE })
}
