import { AssetClientError } from '../error.ts'
import { unlessStalled, type Watched } from './stall.ts'
import type { UploadRetry } from './upload-task.ts'

export interface Patience extends Watched {
  readonly retries: number
  /** Before the first try again; doubles from try to try. */
  readonly delayMs: number
  readonly signal: AbortSignal
  readonly onRetry: (retry: UploadRetry) => void
}

const MAX_DELAY_MS = 30_000
/** Failures of the server's side that another try does not change: not implemented, version not spoken, no room. */
const LASTING: readonly number[] = [501, 505, 507]
const PASSING: readonly number[] = [0, 408, 425, 429]

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
      await waitAfter(patience, error, attempt)
    }
  }
}

/** Has a small request answered, and asks again where there was bad luck, or no answer in time. */
export function asking<T>(patience: Patience, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return retrying(patience, isPassing, () => answered(patience, run))
}

/** The same, once. */
export function answered<T>(patience: Patience, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return unlessStalled(patience, (signal, moved) => {
    moved(true)
    return run(signal)
  })
}

/**
 * As long as the API asks for, or as it has failed often; in browsers until there is a network again, and no longer than that, unless it was the API
 * that asked for more.
 */
export async function waitAfter(patience: Patience, error: unknown, attempt: number): Promise<void> {
  const { signal, onRetry } = patience
  const asked = error instanceof AssetClientError ? (error.retryAfterSeconds ?? 0) * 1000 : 0
  const delayMs = Math.max(asked, delayOf(patience, attempt))
  onRetry({ error, attempt: attempt + 1, delayMs })
  await until(signal, resolve => {
    let isDue = asked === 0
    const timer = setTimeout(() => {
      isDue = true
      if (globalThis.navigator?.onLine !== false) resolve()
    }, delayMs)
    const online = () => isDue && resolve()
    globalThis.addEventListener?.('online', online)
    return () => {
      clearTimeout(timer)
      globalThis.removeEventListener?.('online', online)
    }
  })
}

/** Half of it by chance, so that many who were refused at once do not come back at once. */
export function delayOf({ delayMs }: Pick<Patience, 'delayMs'>, attempt: number): number {
  return Math.min(delayMs * 2 ** attempt, MAX_DELAY_MS) * (0.5 + Math.random() / 2)
}

/** Whether the API may answer otherwise the next time. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof AssetClientError)) return false
  const { status, code, retryAfterSeconds } = error
  if (status === 0) return code === 'network'
  // A conflict that says when to come back is one with a request that is still under way.
  if (status === 409) return retryAfterSeconds !== null
  return PASSING.includes(status) || (status >= 500 && !LASTING.includes(status))
}

export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return until(signal, resolve => {
    const timer = setTimeout(resolve, delayMs)
    return () => clearTimeout(timer)
  })
}

/** Resolves when `start` has it so, rejects when it is aborted; what `start` returned is called at the end of both. */
export function until(signal: AbortSignal, start: (resolve: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', abort)
      stop()
      settle()
    }
    const abort = () => end(() => reject(signal.reason))
    signal.addEventListener('abort', abort)
    const stop = start(() => end(resolve))
  })
}
