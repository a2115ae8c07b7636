/** Every code a {@link StowageError} can carry, with the HTTP status that answers it. */
export const errorStatus = {
  aborted: 499,
  already_exists: 409,
  bad_gateway: 502,
  checksum_mismatch: 422,
  conflict: 409,
  content_too_large: 413,
  forbidden: 403,
  insufficient_storage: 507,
  internal: 500,
  invalid_cursor: 400,
  invalid_key: 400,
  invalid_request: 400,
  method_not_allowed: 405,
  not_acceptable: 406,
  not_found: 404,
  precondition_failed: 412,
  precondition_required: 428,
  quota_exceeded: 413,
  range_not_satisfiable: 416,
  rate_limited: 429,
  request_timeout: 408,
  timeout: 504,
  unauthenticated: 401,
  unavailable: 503,
  unprocessable: 422,
  unsupported: 501,
  unsupported_media_type: 415,
} as const satisfies Record<string, number>

export type StowageErrorCode = keyof typeof errorStatus

/** Facts a program can act on. Never holds secrets: clients may see it. */
export type ErrorDetails = Readonly<Record<string, unknown>>

export interface StowageErrorOptions {
  details?: ErrorDetails
  cause?: unknown
  /** True where the same call may succeed later. Default: true for `unavailable`, `timeout` and `rate_limited`. */
  retryable?: boolean
}

const RETRYABLE: ReadonlySet<StowageErrorCode> = new Set(['unavailable', 'timeout', 'rate_limited'])

/**
 * The one error class of Stowage. `message` says what happened, to what, and what to do.
 * Adapters translate vendor errors into it at their edge and keep the original as `cause`.
 */
export class StowageError extends Error {
  override readonly name = 'StowageError'
  readonly code: StowageErrorCode
  readonly details: ErrorDetails
  readonly retryable: boolean

  constructor(code: StowageErrorCode, message: string, options: StowageErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.details = options.details ?? {}
    this.retryable = options.retryable ?? RETRYABLE.has(code)
  }

  /** HTTP status for this code. */
  get status(): number {
    return errorStatus[this.code]
  }
}

/** True for a {@link StowageError} of any copy of this package, of one of `codes` where they are given. */
export function isStowageError(error: unknown, ...codes: StowageErrorCode[]): error is StowageError {
  if (!(error instanceof Error) || error.name !== 'StowageError') return false
  return codes.length === 0 || codes.includes((error as StowageError).code)
}
