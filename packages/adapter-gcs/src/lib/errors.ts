import { isStowageError, StowageError, type StowageErrorCode } from '@stowage/core/contracts'

/** An answer of the service that is no success. */
export interface Refusal {
  readonly status: number
  /** The JSON API's reason or the XML API's code; empty where the body has neither. */
  readonly reason: string
  readonly message: string
}

interface Meaning {
  readonly code: StowageErrorCode
  readonly says: string
  readonly retryable?: boolean
}

const CREDENTIALS: Meaning = { code: 'unavailable', says: 'the credentials were refused', retryable: false }
const PERMISSION: Meaning = { code: 'unavailable', says: 'the account lacks the permission', retryable: false }
const LIMITED: Meaning = { code: 'rate_limited', says: 'the service limits the rate of requests' }
const AWAY: Meaning = { code: 'unavailable', says: 'the service is away or overloaded' }

// https://cloud.google.com/storage/docs/json_api/v1/status-codes
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  400: { code: 'invalid_request', says: 'the service refused the request as wrong' },
  401: CREDENTIALS,
  403: PERMISSION,
  404: { code: 'not_found', says: 'it does not exist' },
  408: AWAY,
  409: { code: 'conflict', says: 'it conflicts with another request', retryable: true },
  412: { code: 'precondition_failed', says: 'it has changed' },
  413: { code: 'content_too_large', says: 'it is too large' },
  429: LIMITED,
}
const RATE_REASONS = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'dailyLimitExceeded', 'SlowDown'])

/** What a refusal means, while `doing`. */
export function refused(refusal: Refusal, doing: string): StowageError {
  const { status, reason, message } = refusal
  const cause = new Error(`${status} ${reason}: ${message.slice(0, 500)}`)
  if (isMissingBucket(refusal))
    return failure({ code: 'unavailable', says: 'there is no such bucket; check its name', retryable: false }, doing, cause)
  const limited = status === 403 && RATE_REASONS.has(reason)
  const meaning = limited ? LIMITED : (BY_STATUS[status] ?? (status >= 500 ? AWAY : UNEXPECTED))
  return failure(meaning, doing, cause)
}

const UNEXPECTED: Meaning = { code: 'bad_gateway', says: 'the service answered something unexpected', retryable: false }

// A missing bucket and a missing object are both 404; only the words, or the XML API's code, tell which.
function isMissingBucket({ status, reason, message }: Refusal): boolean {
  return status === 404 && (reason === 'NoSuchBucket' || message === 'The specified bucket does not exist.')
}

export function isMissing(error: unknown): boolean {
  return isStowageError(error, 'not_found')
}

function failure({ code, says, retryable }: Meaning, doing: string, cause: unknown): StowageError {
  return new StowageError(code, `Could not ${doing}: ${says}.`, { cause, ...(retryable !== undefined && { retryable }) })
}

const NETWORK = /^(E[A-Z_]+|ERR_(STREAM_PREMATURE_CLOSE|SSL_\w+|SOCKET_\w+|TLS_\w+|HTTP2_\w+)|CERT_\w+|UND_\w+)$/

/** What broke on the way to the service, or in the client library before it. */
export function broken(error: unknown, doing: string): StowageError {
  if (isStowageError(error)) return error
  const code = codeOf(error)
  const cause = withoutSecrets(error, code)
  if (NETWORK.test(code)) return failure({ code: 'unavailable', says: `the connection failed (${code})` }, doing, cause)
  const status = statusOf(error)
  if (status !== null && status >= 500) return failure(AWAY, doing, cause)
  if (status !== null || /credential|token|private key|DECODER|PEM/i.test(`${cause.message} ${code}`))
    return failure({ ...CREDENTIALS, says: 'no credentials could be had' }, doing, cause)
  return failure({ code: 'internal', says: cause.message }, doing, cause)
}

function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string' && at.code !== '') return at.code
  return ''
}

/** Of a token endpoint that refused. */
function statusOf(error: unknown): number | null {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null
}

/** The library's errors hold whole requests, and messages name URLs: an upload's session URI is a credential. */
function withoutSecrets(error: unknown, code: string): Error {
  const message = error instanceof Error ? error.message : String(error)
  return Object.assign(new Error(message.replace(/https:\/\/[^\s,]+/g, url => url.split('?')[0] ?? '')), { code })
}

/** What an aborted call fails with: the signal's own reason where that is a StowageError, else `aborted`. */
export function abortError(signal: AbortSignal): StowageError {
  const { reason } = signal
  return isStowageError(reason) ? reason : new StowageError('aborted', 'The call was aborted.', { cause: reason })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal)
}

const named = (key: string) => JSON.stringify(key.slice(0, 200))

export const notFound = (key: string) => new StowageError('not_found', `There is no object ${named(key)}.`, { details: { key } })
export const changed = (key: string) =>
  new StowageError('precondition_failed', `The object ${named(key)} has changed, or is gone.`, { details: { key } })
export const taken = (key: string) =>
  new StowageError('already_exists', `There is an object ${named(key)} already.`, { details: { key } })
export const stalled = (doing: string, ms: number) =>
  new StowageError('timeout', `Could not ${doing}: the service stood still for ${ms} ms.`)
