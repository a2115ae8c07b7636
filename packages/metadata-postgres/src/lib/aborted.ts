import { StowageError } from '@stowage/core/contracts'

export const aborted = (signal: AbortSignal): StowageError =>
  new StowageError('aborted', 'The list was given up.', { cause: signal.reason })

/** The answer, or `aborted` once the signal fires, whatever comes first. */
export function orAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(aborted(signal))
    signal.addEventListener('abort', giveUp, { once: true })
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
