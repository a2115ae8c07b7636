import { networkError } from '../connection.ts'

/** What ends it: somebody, or that it stands still. */
export interface Watched {
  readonly signal?: AbortSignal | undefined
  /** Default 30,000. */
  readonly stallMs?: number | undefined
}

const STALL_MS = 30_000
/** Whoever has everything may be checking it. */
const ANSWER_TIMES = 4
/** Timers know no more: 24 days. */
const MAX_MS = 2 ** 31 - 1

/**
 * Runs one request, and ends it like a lost connection where nothing happens for too long.
 * @param run calls `moved` whenever something happens, `true` once everything was sent; before the first call nothing is due: browsers let requests queue
 */
export async function unlessStalled<T>(
  { signal, stallMs = STALL_MS }: Watched,
  run: (signal: AbortSignal, moved: (isSent: boolean) => void) => Promise<T>,
): Promise<T> {
  const stalled = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const moved = (isSent: boolean) => {
    clearTimeout(timer)
    const waitMs = stallMs * (isSent ? ANSWER_TIMES : 1)
    timer = setTimeout(() => stalled.abort(networkError()), Math.min(waitMs, MAX_MS))
  }
  try {
    return await run(signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal, moved)
  } finally {
    clearTimeout(timer)
  }
}
