import type { StowageError } from '@stowage/core/contracts'

/** Headers that belong to an error by the rules of HTTP. */
export function errorHeaders(
  error: StowageError,
  context: { readonly challenge: string; readonly method: string },
): Record<string, string> {
  const { details } = error
  switch (error.code) {
    case 'unauthenticated':
      return { 'www-authenticate': context.challenge }
    case 'method_not_allowed':
      return typeof details.allow === 'string' ? { allow: details.allow } : {}
    case 'range_not_satisfiable':
      return typeof details.sizeBytes === 'number' ? { 'content-range': `bytes */${details.sizeBytes}` } : {}
    case 'conflict':
      return typeof details.retryAfterSeconds === 'number' ? { 'retry-after': seconds(details.retryAfterSeconds, 1) } : {}
    case 'rate_limited':
      return { 'retry-after': seconds(details.retryAfterSeconds, 1) }
    case 'unavailable':
      return { 'retry-after': seconds(details.retryAfterSeconds, 5) }
    case 'unsupported_media_type':
      return { ...acceptHeader(details.accepted, context.method), ...encodingHeader(details.acceptEncoding) }
    default:
      return {}
  }
}

function seconds(value: unknown, fallback: number): string {
  return String(typeof value === 'number' && value > 0 ? Math.ceil(value) : fallback)
}

// RFC 9110 §15.5.16: says that it was the coding.
function encodingHeader(acceptEncoding: unknown): Record<string, string> {
  return typeof acceptEncoding === 'string' ? { 'accept-encoding': acceptEncoding } : {}
}

function acceptHeader(accepted: unknown, method: string): Record<string, string> {
  if (!Array.isArray(accepted)) return {}
  const types = accepted.join(', ')
  // RFC 5789 §3.1 and the Accept-Post registration; a PUT has no header of its own.
  if (method === 'PATCH') return { 'accept-patch': types }
  return method === 'POST' ? { 'accept-post': types } : {}
}
