import type { Logger } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'
import { type HttpResponse, jsonResponse } from '../response.ts'
import { errorHeaders } from './error-headers.ts'
import { logError } from './log-error.ts'
import { PROBLEM_TYPE, toProblem } from './problem.ts'
import { presentable, toStowageError } from './public-error.ts'
import { requestIdFrom } from './request-id.ts'

/** What failed, and where; neither path nor query is logged, only `route`. */
export interface Failure {
  readonly thrown: unknown
  readonly route: string
  readonly operation: string | null
}

/** Turns whatever was thrown into problem details, and logs it once. For handlers without a profile. */
export function answerProblem(logger: Logger, request: HttpRequest, { thrown, route, operation }: Failure): HttpResponse {
  const error = toStowageError(thrown)
  const requestId = requestIdFrom(request)
  logError(logger, error, { requestId, method: request.method.slice(0, 20), route, operation })
  const visible = presentable(error, requestId)
  return jsonResponse(visible.status, toProblem(visible), {
    ...errorHeaders(error, { challenge: 'Bearer', method: request.method }),
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'content-type': PROBLEM_TYPE,
  })
}
