import { isStowageError, StowageError, type StowageErrorCode } from '@stowage/core/contracts'

interface Translation {
  readonly code: StowageErrorCode
  readonly says: string
  readonly retryable: boolean
}

const FULL: Translation = { code: 'insufficient_storage', says: 'it is full', retryable: false }
const DENIED: Translation = {
  code: 'unavailable',
  says: 'it refuses this process; check its credentials and permissions',
  retryable: false,
}
const MISSING: Translation = { code: 'unavailable', says: 'its bucket, folder or database is not there', retryable: false }
const BUSY: Translation = { code: 'rate_limited', says: 'it asks for fewer requests', retryable: true }
const SLOW: Translation = { code: 'timeout', says: 'it did not answer in time', retryable: true }
const AWAY: Translation = { code: 'unavailable', says: 'it failed', retryable: true }
const BROKEN: Translation = { code: 'internal', says: 'the bridge or its source has a bug', retryable: false }

/** By errno, the name of a vendor's error, or its code. */
const WORDS: Readonly<Record<string, Translation>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: DENIED,
  AccessDenied: DENIED,
  InvalidAccessKeyId: DENIED,
  SignatureDoesNotMatch: DENIED,
  Unauthorized: DENIED,
  ReadOnly: DENIED,
  NoSuchBucket: MISSING,
  ENOTDIR: MISSING,
  ENOENT: MISSING,
  ETIMEDOUT: SLOW,
  TimeoutError: SLOW,
  SlowDown: BUSY,
}
const BUGS = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'])

/** Translates what a source threw while `doing`; StowageErrors pass as they are. A bridge sees vendors' errors through others, so all causes are read. */
export function sourceError(error: unknown, title: string, doing: string): StowageError {
  if (isStowageError(error)) return error
  const { code, says, retryable } = translationOf(error)
  return new StowageError(code, `Could not ${doing} in ${title}: ${says}.`, { cause: error, retryable })
}

function translationOf(error: unknown): Translation {
  const causes: unknown[] = []
  for (let at: unknown = error; at instanceof Error && causes.length < 8; at = at.cause) causes.push(at)
  for (const cause of causes.reverse()) {
    const found = byWord(cause) ?? byStatus(cause)
    if (found) return found
  }
  if (error instanceof Error && BUGS.has(error.name) && causes.length === 1) return BROKEN
  return isPermanent(error) ? { ...AWAY, retryable: false } : AWAY
}

function byWord(error: unknown): Translation | undefined {
  const names = [field(error, 'code'), field(error, 'name'), field(error, 'Code')]
  return names.flatMap(name => (typeof name === 'string' && Object.hasOwn(WORDS, name) ? (WORDS[name] ?? []) : []))[0]
}

function byStatus(error: unknown): Translation | undefined {
  const places = [error, field(error, '$metadata'), field(error, 'response')]
  const status = places
    .flatMap(place => [field(place, 'statusCode'), field(place, 'status'), field(place, 'httpStatusCode')])
    .find(value => typeof value === 'number')
  if (status === 401 || status === 403) return DENIED
  if (status === 404) return MISSING
  if (status === 429) return BUSY
  return status === 507 ? FULL : undefined
}

/** What files-sdk says of errors that no retry mends. */
const isPermanent = (error: unknown) => field(error, 'permanent') === true

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

export const notFound = (key: string) =>
  new StowageError('not_found', `There is no object ${JSON.stringify(key)}.`, { details: { key } })

/** What an aborted call fails with: the signal's own reason where that is a StowageError, else `aborted`. */
export function abortError(signal: AbortSignal): StowageError {
  const { reason } = signal
  return isStowageError(reason) ? reason : new StowageError('aborted', 'The call was aborted.', { cause: reason })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal)
}
