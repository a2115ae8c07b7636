import type { Logger, StowageError } from '@stowage/core/contracts'
import { errorStatus } from '@stowage/core/contracts'

/** Where an error happened. The route's template stands for the path, which may hold a token. */
export interface FailedRequest {
  readonly requestId: string
  readonly method: string
  readonly route: string
  readonly operation: string | null
}

/** One structured event for each refused or failed request, without secrets. */
export function logError(logger: Logger, error: StowageError, request: FailedRequest): void {
  const status = errorStatus[error.code]
  const event = { ...request, status, code: error.code }
  // A client asked for what is not offered here: nothing has failed.
  if (status < 500 || error.code === 'unsupported') {
    logger.info('request refused', event)
    return
  }
  logger.error('request failed', { ...event, message: redact(error.message), cause: describeCause(error.cause) })
}

/** An error and what caused it, without queries and credentials. */
export function describeCause(cause: unknown, depth = 0): string | null {
  if (cause === undefined || cause === null || depth > 3) return null
  if (!(cause instanceof Error)) return redact(String(cause))
  const inner = describeCause(cause.cause, depth + 1)
  return redact(cause.stack ?? `${cause.name}: ${cause.message}`) + (inner === null ? '' : `\ncaused by: ${inner}`)
}

// Signatures and keys travel in queries and in Authorization values.
function redact(text: string): string {
  return text
    .replace(/\?[^\s"'<>)]*/g, '?[redacted]')
    .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 [redacted]')
    .slice(0, 8000)
}
