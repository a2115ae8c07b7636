import { isStowageError } from '@stowage/core/contracts'

/** A word from a short list: a code, or the name of a class; never a message, which may name keys. */
export function errorType(error: unknown): string {
  if (isStowageError(error)) return error.code
  if (!(error instanceof Error)) return '_OTHER'
  return /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : '_OTHER'
}

/** Whether something is wrong here: what a caller did wrong, or gave up, is not. */
export function isFault(error: unknown): boolean {
  return !isStowageError(error) || error.status >= 500
}
