import { StowageError } from '../contracts/errors.ts'
import type { Clock } from '../contracts/runtime.ts'

/** Settles as `work` does, or rejects with `timeout` once `limitMs` have passed. */
export function within<T>(clock: Clock, limitMs: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(new StowageError('timeout', `${what} took over ${limitMs} ms.`)))
    work.then(
      value => {
        cancel()
        resolve(value)
      },
      error => {
        cancel()
        reject(error)
      },
    )
  })
}
