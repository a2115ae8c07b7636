import { isStowageError, StowageError, type StowageErrorCode } from '../../contracts/errors.ts'
import type { JsonObject } from '../../contracts/json.ts'
import type { PendingUpload } from './pending-upload.ts'

/** What is said of a file, or of its details: the same file would be refused again. */
const FINAL: readonly StowageErrorCode[] = [
  'already_exists',
  'checksum_mismatch',
  'content_too_large',
  'invalid_key',
  'invalid_request',
  'unprocessable',
  'unsupported',
  'unsupported_media_type',
]

const AS_THEY_ARE: readonly StowageErrorCode[] = ['already_exists', 'checksum_mismatch', 'unprocessable']

const refusals = new WeakSet<StowageError>()

/** Marks an error as the end of its upload. */
export function refused(error: StowageError): StowageError {
  refusals.add(error)
  return error
}

/**
 * Does what judges an upload's bytes; what it refuses ends the upload. Its request is in order, so that what is wrong with the content is
 * `unprocessable`, whatever it would be of an upload through the API.
 */
export async function judging<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isStowageError(error, ...FINAL) || error.retryable) throw error
    if (AS_THEY_ARE.includes(error.code)) throw refused(error)
    throw refused(new StowageError('unprocessable', error.message, { details: error.details, cause: error }))
  }
}

export function isRefusal(error: unknown): error is StowageError {
  return error instanceof StowageError && refusals.has(error)
}

/** As it is kept, for whoever asks later. */
export function toFailure({ code, message, details }: StowageError): NonNullable<PendingUpload['data']['failure']> {
  return { code, message, details: JSON.parse(JSON.stringify(details)) as JsonObject }
}

/** The refusal of an upload that has failed. */
export function failureOf({ data: { failure } }: PendingUpload): StowageError {
  const { code, message, details } = failure ?? { code: 'unprocessable', message: 'The upload has failed.', details: {} }
  return new StowageError(code, message, { details })
}
