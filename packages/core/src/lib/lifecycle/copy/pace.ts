import type { Clock } from '../../contracts/runtime.ts'

/** Waits as long as these bytes take at the agreed rate. */
export type Pace = (bytes: number, signal: AbortSignal) => Promise<void>

/** Shorter waits are saved up: timers are not that exact. */
const MIN_WAIT_MS = 10

export function paceOf(clock: Clock, bytesPerSecond: number | undefined): Pace {
  if (bytesPerSecond === undefined) return async () => undefined
  let freeAt = clock.now()
  return async (bytes, signal) => {
    freeAt = Math.max(freeAt, clock.now()) + (bytes / bytesPerSecond) * 1000
    const wait = freeAt - clock.now()
    if (wait >= MIN_WAIT_MS) await waited(clock, wait, signal)
  }
}

function waited(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    // A clock's timers keep no process alive, and a program may wait for nothing else.
    const alive = setInterval(() => undefined, 2 ** 30)
    const end = (): void => {
      clearInterval(alive)
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
