import { StowageError } from '@stowage/core/contracts'

/** @throws StowageError `aborted` once the caller gave up */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StowageError('aborted', 'The image was not made: the caller gave up.', { cause: signal.reason })
}
