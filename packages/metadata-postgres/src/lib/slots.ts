import { aborted } from './aborted.ts'

/** Lets so many do something at once; the others wait their turn. */
export interface Slots {
  /** @throws StowageError `aborted` for one that is given up before its turn */
  take(signal: AbortSignal | undefined): Promise<void>
  leave(): void
}

export function slots(count: number): Slots {
  const waiting = new Set<() => void>()
  let free = count
  return {
    take(signal) {
      if (signal?.aborted) return Promise.reject(aborted(signal))
      if (free > 0) {
        free -= 1
        return Promise.resolve()
      }
      return new Promise((resolve, reject) => {
        const go = (): void => {
          signal?.removeEventListener('abort', giveUp)
          resolve()
        }
        const giveUp = (): void => {
          waiting.delete(go)
          if (signal) reject(aborted(signal))
        }
        signal?.addEventListener('abort', giveUp, { once: true })
        waiting.add(go)
      })
    },
    leave() {
      const [next] = waiting
      if (!next) {
        free += 1
        return
      }
      waiting.delete(next)
      next()
    },
  }
}
