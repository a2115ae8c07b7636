import { isStowageError, StowageError, type StowageErrorCode } from '@stowage/core/contracts'
import { SqlWriteFailure } from '@stowage/metadata-sql'

/** What the server itself said. */
interface ServerError extends Error {
  /** SQLSTATE. */
  readonly code: string
  readonly constraint?: string
}

const UNIQUE = '23505'
// Which columns each unique index has that isn't over an id.
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  assets_slug: ['slug'],
  assets_unique_name: ['unique_name'],
  blobs_key: ['key'],
  blobs_derivative: ['source_id', 'role'],
  idempotency_pkey: ['key'],
}

/** By SQLSTATE, or by its class of two. */
const CODES: Readonly<Record<string, readonly [StowageErrorCode, boolean, string]>> = {
  '53100': ['insufficient_storage', false, 'no space is left on its disk: free some'],
  '53': ['unavailable', true, 'it has no room for this now: try again'],
  '08': ['unavailable', true, 'the connection was lost: try again'],
  '40': ['unavailable', true, 'too many writes were in each other’s way: try again'],
  '55': ['unavailable', true, 'what is asked for is locked: try again'],
  '57014': ['unavailable', true, 'it took too long, and was ended: try again, or raise statement_timeout'],
  '57': ['unavailable', true, 'it is being stopped or started: try again'],
  '58': ['unavailable', true, 'it can’t read or write its files: check its disk'],
  '25': ['unavailable', true, 'it takes no writes, as a standby does: connect to the primary'],
  '28': ['unavailable', false, 'it refused the user or the password: check them'],
  '3D': ['unavailable', false, 'there is no such database: create it'],
  '42501': ['unavailable', false, 'its user may not do this: grant it'],
  '54': [
    'unprocessable',
    false,
    'a value is too long for its index, which holds up to 2,700 bytes: shorten it, or don’t index it',
  ],
  '22': ['unprocessable', false, 'it refused a value'],
  '23': ['unprocessable', false, 'it refused a row'],
}

/** Whether the same batch will do when it is run again: nothing of it was written. */
export const isInTheWay = (error: unknown): boolean =>
  isServerError(error) &&
  (error.code === '40001' || error.code === '40P01' || (error.code === UNIQUE && error.constraint === 'assets_pkey'))

/** Whether the connection may still be used. */
export const isLost = (error: unknown): boolean => !isServerError(error) || /^(08|57P)/.test(error.code)

/** What PostgreSQL or the way to it said, in Stowage's terms. @param statement that failed, in its batch */
export function translate(error: unknown, statement = -1): Error {
  if (isStowageError(error) || error instanceof SqlWriteFailure) return error
  if (!isServerError(error)) return unreachable(error)
  if (error.code === UNIQUE && statement >= 0) {
    return new SqlWriteFailure(statement, 'unique', COLUMNS[error.constraint ?? ''] ?? ['id'], error)
  }
  const [code, retryable, what] = CODES[error.code] ?? CODES[error.code.slice(0, 2)] ?? ['internal', false, error.message]
  const details = { sqlState: error.code }
  return new StowageError(code, `PostgreSQL could not do this: ${what} (${error.code}).`, { details, retryable, cause: error })
}

function unreachable(error: unknown): StowageError {
  if (error instanceof TypeError || error instanceof RangeError) {
    return new StowageError('internal', `The PostgreSQL store failed: ${error.message}`, { cause: error })
  }
  const reason = error instanceof Error ? error.message || error.name : String(error)
  return new StowageError('unavailable', `PostgreSQL is out of reach: ${reason}. Try again.`, { cause: error })
}

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && typeof (error as { code?: unknown }).code === 'string'
}
