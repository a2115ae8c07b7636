/** Codes for the statuses of APIs that name none. */
const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  412: 'precondition_failed',
  413: 'content_too_large',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  429: 'rate_limited',
}

/**
 * The one error of the client, save that an aborted call rejects with its signal's reason.
 *
 * `code` is the API's own (`not_found`, `content_too_large`, …), `network` where no answer came, or `invalid_response` where it was
 * not understood. It comes from problem details (RFC 9457) and from the usual other JSON shapes alike.
 */
export class AssetClientError extends Error {
  override readonly name = 'AssetClientError'
  readonly code: string
  /** HTTP status; 0 where no answer came. */
  readonly status: number
  /** The body of the answer, where it was a JSON object. */
  readonly problem: Readonly<Record<string, unknown>> | null
  /** From Retry-After, where it was in seconds. */
  readonly retryAfterSeconds: number | null

  constructor(
    code: string,
    message: string,
    details: {
      status?: number
      problem?: Readonly<Record<string, unknown>> | null
      retryAfterSeconds?: number | null
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: details.cause })
    this.code = code
    this.status = details.status ?? 0
    this.problem = details.problem ?? null
    this.retryAfterSeconds = details.retryAfterSeconds ?? null
  }
}

/** Makes an error of an answer that is not a success. */
export function errorOf(status: number, body: string, retryAfter: string | null): AssetClientError {
  const problem = objectOf(body)
  const inner = asObject(problem?.error)
  const word = textOf(problem?.error)
  const code = textOf(problem?.code) ?? textOf(inner?.code) ?? CODES[status] ?? (status < 500 ? 'invalid_request' : 'internal')
  const message =
    textOf(problem?.detail) ??
    textOf(problem?.message) ??
    textOf(inner?.message) ??
    word ??
    textOf(problem?.title) ??
    `HTTP ${status}`
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter)
  return new AssetClientError(code, message, { status, problem, retryAfterSeconds: Number.isFinite(seconds) ? seconds : null })
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return asObject(JSON.parse(text))
  } catch {
    // A proxy's page, or nothing: the status says what there is to say.
    return null
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
