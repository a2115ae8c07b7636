import { errorStatus, type Logger } from '@stowage/core/contracts'
import { isReply } from '../profile/reply.ts'
import type { HttpRequest } from '../request.ts'
import type { Failure } from './answer-failure.ts'
import { describeCause, logError } from './log-error.ts'
import { toProblem } from './problem.ts'
import { presentable, toStowageError } from './public-error.ts'
import { requestIdFrom } from './request-id.ts'

/** A failure as a part of an answer: the status that it would have by itself, and the body. */
export interface PartFailure {
  readonly status: number
  readonly error: unknown
}

/** Failures in one answer, under one id. */
export interface PartFailures {
  readonly requestId: string
  of(thrown: unknown): PartFailure
}

/**
 * Makes parts of one answer of what was thrown, in the form that the profile gives its errors. What is not the client's fault is logged, once for each
 * code.
 */
export function createPartFailures(
  logger: Logger,
  request: HttpRequest,
  failure: Omit<Failure, 'thrown' | 'challenge'>,
): PartFailures {
  const { route, operation, present, requestId = requestIdFrom(request) } = failure
  const logged = new Set<string>()
  const of = (thrown: unknown): PartFailure => {
    const error = toStowageError(thrown)
    if (errorStatus[error.code] >= 500 && !logged.has(error.code)) {
      logged.add(error.code)
      logError(logger, error, { requestId, method: request.method, route, operation })
    }
    const visible = presentable(error, requestId)
    const house = (): PartFailure => ({ status: visible.status, error: toProblem(visible) })
    if (present === undefined) return house()
    try {
      const made = present(visible, { request, operation })
      return isReply(made) ? { status: made.status ?? visible.status, error: made.body } : { status: visible.status, error: made }
    } catch (cause) {
      logger.error('present.error failed', { requestId, cause: describeCause(cause) })
      return house()
    }
  }
  return { requestId, of }
}
