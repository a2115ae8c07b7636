import { isStowageError, StowageError } from '../contracts/errors.ts'

/** What an aborted call fails with: the signal's own reason where that is a StowageError, else `aborted`. */
export function abortError(signal: AbortSignal): StowageError {
  const { reason } = signal
  return isStowageError(reason) ? reason : new StowageError('aborted', 'The call was aborted.', { cause: reason })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal)
}
