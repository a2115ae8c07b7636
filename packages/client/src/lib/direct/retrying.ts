import { AssetClientError } from '../error.ts'

export interface Patience {
  readonly retries: number
  /** Before the first try again; doubles from try to try. */
  readonly delayMs: number
  readonly signal: AbortSignal
}

const MAX_DELAY_MS = 30_000

/** Tries again what may have been bad luck. @param may what an error must be for that; `attempt` counts from 0 */
export async function retrying<T>(
  patience: Patience,
  may: (error: unknown) => boolean,
  run: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run(attempt)
    } catch (error) {
      patience.signal.throwIfAborted()
      if (attempt >= patience.retries || !may(error)) throw error
      const asked = error instanceof AssetClientError ? (error.retryAfterSeconds ?? 0) * 1000 : 0
      await pause(Math.max(asked, delayOf(patience, attempt)), patience.signal)
    }
  }
}

/** Half of it by chance, so that many who were refused at once do not come back at once. */
export function delayOf({ delayMs }: Patience, attempt: number): number {
  return Math.min(delayMs * 2 ** attempt, MAX_DELAY_MS) * (0.5 + Math.random() / 2)
}

/** Whether the API may answer otherwise the next time. */
export function isPassing(error: unknown): boolean {
  return error instanceof AssetClientError && (error.status === 0 || error.status === 429 || error.status >= 500)
}

export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end)
      resolve()
    }, delayMs)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
