import type { TimeLimits } from './timeout.ts'
import type { Watchdog } from './watchdog.ts'

interface Timed {
  readonly watchdog: Watchdog
  readonly limits: TimeLimits
  readonly sizeBytes: number | undefined
}

/** The body of a write, which tells the watchdog whose turn it is: the source's while a chunk is asked for, the storage's otherwise. */
export function timedBody(
  source: AsyncIterable<Uint8Array>,
  { watchdog, limits, sizeBytes }: Timed,
): { readonly body: AsyncIterable<Uint8Array>; giveUp(): void } {
  let opened: AsyncIterator<Uint8Array> | undefined
  let state: 'open' | 'ended' = 'open'
  let takenBytes = 0
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    watchdog.pause()
    opened ??= source[Symbol.asyncIterator]()
    try {
      const result = await opened.next()
      if (result.done) state = 'ended'
      else takenBytes += result.value.byteLength
      // A storage that knows the length need not ask for more.
      const isAll = result.done || takenBytes === sizeBytes
      if (!watchdog.signal.aborted) watchdog.expect(isAll ? limits.workMs : limits.idleMs)
      return result
    } catch (error) {
      state = 'ended'
      if (!watchdog.signal.aborted) watchdog.expect(limits.answerMs)
      throw error
    }
  }
  const stop = async (): Promise<IteratorReturnResult<undefined>> => {
    const begun = state === 'open'
    state = 'ended'
    if (begun) await opened?.return?.()
    return { done: true, value: undefined }
  }
  return {
    body: { [Symbol.asyncIterator]: () => ({ next, return: stop }) },
    /** A storage that stands still does not let go of the source either. */
    giveUp: () => {
      if (opened) void stop().catch(() => undefined)
    },
  }
}
