import { isStowageError, StowageError } from '@stowage/core/contracts'
import type { APIError } from 'openai'

/** Codes by which image APIs say that they refuse a prompt. */
const REFUSALS = new Set(['moderation_blocked', 'content_policy_violation', 'content_filter', 'image_generation_user_error'])
/** Nothing that waiting would mend. */
const OUT_OF_FUNDS = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active'])

interface Attempt {
  readonly apiKey: string
  readonly timeoutMs: number
  /** The caller's. */
  readonly signal: AbortSignal | undefined
  readonly deadline: AbortSignal
}

/** Translates what the SDK, fetch or the bounded reader threw. The key appears in no message and no cause. */
export function toStowageError(error: unknown, attempt: Attempt): StowageError {
  if (attempt.signal?.aborted) {
    return new StowageError('aborted', 'The image was not made: the caller gave up.', { cause: attempt.signal.reason })
  }
  const own = ownError(error)
  if (own) return own
  if (attempt.deadline.aborted) {
    return new StowageError('timeout', `The image API did not answer within ${attempt.timeoutMs} ms.`, { cause: error })
  }
  if (isApiError(error)) return fromStatus(error, attempt.apiKey)
  return new StowageError('bad_gateway', 'The image API gave no readable answer.', { cause: error, retryable: true })
}

function fromStatus(error: APIError & { status: number }, apiKey: string): StowageError {
  const { status, code, type } = error
  if (status === 401 || status === 403) {
    // Such answers quote the key: the original error is not passed on.
    const message = `The image API does not accept the configured key (status ${status}): check apiKey.`
    return new StowageError('unavailable', message, { details: { status }, retryable: false })
  }
  const said = quote(error, apiKey)
  const options = { cause: new Error(`HTTP ${status}: ${said}`), details: { status } }
  if (REFUSALS.has(code ?? '') || REFUSALS.has(type ?? '')) {
    return new StowageError('unprocessable', `The image API refused the prompt: ${said}`, options)
  }
  if (OUT_OF_FUNDS.has(code ?? '')) {
    return new StowageError('unavailable', 'The account at the image API is out of funds.', { ...options, retryable: false })
  }
  if (status === 404) {
    return new StowageError('unavailable', 'The image API does not know the model: check model and baseUrl.', {
      ...options,
      retryable: false,
    })
  }
  if (status === 429) {
    return new StowageError('rate_limited', 'The image API takes no more requests now.', { ...options, ...retryAfter(error) })
  }
  if (status === 408 || status === 504) return new StowageError('timeout', 'The image API ran out of time.', options)
  if (error.param === 'prompt') return new StowageError('unprocessable', `The image API can't use the prompt: ${said}`, options)
  return new StowageError('bad_gateway', `The image API answered with status ${status}.`, {
    ...options,
    retryable: status >= 500,
  })
}

/** What the API said, in one short line without the key. */
function quote(error: APIError, apiKey: string): string {
  const body: unknown = error.error
  const said = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : error.message
  return said.replaceAll(apiKey, '[key]').replace(/\s+/g, ' ').slice(0, 300)
}

function retryAfter(error: APIError & { status: number }): { details: { status: number; retryAfterSeconds?: number } } {
  const seconds = Number(error.headers?.get('retry-after') ?? Number.NaN)
  const { status } = error
  return { details: Number.isFinite(seconds) && seconds >= 0 ? { status, retryAfterSeconds: seconds } : { status } }
}

function isApiError(error: unknown): error is APIError & { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
}

/** The SDK wraps what its fetch throws. */
function ownError(error: unknown): StowageError | null {
  let at = error
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    if (isStowageError(at)) return at
    at = at.cause
  }
  return null
}
