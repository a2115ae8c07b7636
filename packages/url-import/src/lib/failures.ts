import { isStowageError, StowageError } from '@stowage/core/contracts'

const UNREACHABLE =
  'The file at this URL cannot be imported: only http and https URLs of public hosts that answer can. Check the URL, or upload the file itself.'

/**
 * The one error for everything that may not be reached or cannot be: who named the URL must not learn which, or why. The reason is its cause,
 * for logs.
 */
export function unreachable(reason: string, cause?: unknown): StowageError {
  return new StowageError('unprocessable', UNREACHABLE, { cause: new Error(reason, { cause }) })
}

export function isUnreachable(error: unknown): boolean {
  return isStowageError(error, 'unprocessable') && error.message === UNREACHABLE
}

/** An origin that has answered, wrongly. */
export function badOrigin(message: string, cause?: unknown): StowageError {
  return new StowageError('bad_gateway', message, cause === undefined ? {} : { cause })
}

export function tooLarge(maxBytes: number): StowageError {
  return new StowageError('content_too_large', `The file at this URL is larger than the ${maxBytes} bytes allowed.`, {
    details: { maxBytes },
  })
}

export function aborted(cause: unknown): StowageError {
  return new StowageError('aborted', 'The import was aborted.', { cause })
}
