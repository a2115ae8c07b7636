import { isStowageError, StowageError, type StowageErrorCode } from '@stowage/core/contracts'

interface Translation {
  readonly code: StowageErrorCode
  readonly says: string
  readonly retryable?: boolean
}

const refused = (says: string): Translation => ({ code: 'unavailable', says, retryable: false })
const wrong = (says: string): Translation => ({ code: 'invalid_request', says })

const BY_NAME: Readonly<Record<string, Translation>> = {
  NoSuchBucket: refused('the bucket does not exist'),
  NoSuchKey: { code: 'not_found', says: 'there is no such object' },
  NoSuchUpload: { code: 'not_found', says: 'there is no such unfinished upload' },
  PreconditionFailed: { code: 'precondition_failed', says: 'the object has changed' },
  ConditionalRequestConflict: { code: 'conflict', says: 'somebody else writes it at the same moment', retryable: true },
  InvalidRange: { code: 'range_not_satisfiable', says: 'the range lies outside the object' },
  EntityTooLarge: { code: 'content_too_large', says: 'it is larger than the service takes' },
  EntityTooSmall: wrong('a part that is not the last is too small'),
  InvalidPart: wrong('a part is missing, or was sent again'),
  InvalidPartOrder: wrong('the parts are out of order'),
  InvalidArgument: wrong('the service does not take its arguments'),
  InvalidRequest: wrong('the service does not take the request'),
  MalformedXML: wrong('the service does not take the request'),
  MetadataTooLarge: wrong('the user metadata is too large'),
  KeyTooLongError: { code: 'invalid_key', says: 'the key is too long' },
  BadDigest: { code: 'checksum_mismatch', says: 'the bytes that arrived are not those that were sent' },
  InvalidDigest: { code: 'checksum_mismatch', says: 'the bytes that arrived are not those that were sent' },
  XAmzContentSHA256Mismatch: { code: 'checksum_mismatch', says: 'the bytes that arrived are not those that were sent' },
  QuotaExceeded: { code: 'insufficient_storage', says: 'the quota of the bucket is used up' },
  SlowDown: { code: 'rate_limited', says: 'the service asks for fewer requests' },
  NotImplemented: { code: 'unsupported', says: 'the service does not do this; check the flavor and its quirks' },
  PermanentRedirect: refused('the bucket lies in another region'),
  CredentialsProviderError: refused('no credentials were found'),
  AbortError: { code: 'aborted', says: 'the call was aborted' },
  TimeoutError: { code: 'timeout', says: 'the service does not answer' },
}

const BY_STATUS: Readonly<Record<number, Translation>> = {
  301: refused('the bucket lies in another region'),
  401: refused('the credentials are refused'),
  403: refused('the credentials are refused, or lack a permission'),
  404: { code: 'not_found', says: 'there is no such object' },
  409: { code: 'conflict', says: 'somebody else is at work on it', retryable: true },
  411: { code: 'unsupported', says: 'the service wants another kind of request; check the flavor and its quirks' },
  412: { code: 'precondition_failed', says: 'the object has changed' },
  416: { code: 'range_not_satisfiable', says: 'the range lies outside the object' },
  429: { code: 'rate_limited', says: 'the service asks for fewer requests' },
  501: { code: 'unsupported', says: 'the service does not do this; check the flavor and its quirks' },
}

const NETWORK = /^(?:E(?:CONN|PIPE|HOST|NET|AI_)\w*|ENOTFOUND|ERR_STREAM_PREMATURE_CLOSE|ERR_SSL\w*)$/

/** Translates what the SDK threw while `doing`; StowageErrors pass as they are. */
export function s3Error(error: unknown, doing: string, signal?: AbortSignal): StowageError {
  if (isStowageError(error)) return error
  if (signal?.aborted) return abortError(signal, error)
  const { code, says, retryable } = translationOf(error)
  const options = retryable === undefined ? { cause: error } : { cause: error, retryable }
  return new StowageError(code, `Could not ${doing}: ${says}.`, options)
}

function translationOf(error: unknown): Translation {
  const { name, code, status } = facts(error)
  // Before the name: the SDK calls a connection that broke a timeout.
  if (NETWORK.test(code)) return { code: 'unavailable', says: `the service can't be reached (${code})` }
  const known = BY_NAME[name] ?? BY_NAME[code] ?? BY_STATUS[status]
  if (known) return known
  if (status >= 500) return { code: 'unavailable', says: `the service fails (${name})` }
  if (status >= 400) return wrong(`the service refuses it (${name})`)
  return { code: 'internal', says: error instanceof Error ? error.message : String(error) }
}

interface SdkFacts {
  readonly name?: unknown
  readonly code?: unknown
  readonly Code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

function facts(error: unknown): { readonly name: string; readonly code: string; readonly status: number } {
  const { name, code, Code, $metadata } = (error ?? {}) as SdkFacts
  return { name: String(name ?? ''), code: String(code ?? Code ?? ''), status: $metadata?.httpStatusCode ?? 0 }
}

/** What an aborted call fails with: the signal's own reason where that is a StowageError, else `aborted`. */
function abortError(signal: AbortSignal, cause: unknown = signal.reason): StowageError {
  return isStowageError(signal.reason) ? signal.reason : new StowageError('aborted', 'The call was aborted.', { cause })
}

export const notFound = (key: string, cause?: unknown) =>
  new StowageError('not_found', `There is no object ${quoted(key)}.`, { details: { key }, cause })
export const taken = (key: string, cause?: unknown) =>
  new StowageError('already_exists', `There is an object ${quoted(key)} already.`, { cause })
export const changed = (key: string, cause?: unknown) =>
  new StowageError('precondition_failed', `The object ${quoted(key)} has changed.`, { cause })
export const invalid = (message: string) => new StowageError('invalid_request', message)

export const quoted = (key: string) => JSON.stringify(key.slice(0, 200))
