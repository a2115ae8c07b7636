import { StowageError } from '../contracts/errors.ts'

export interface TurnsOptions {
  /** How many work at once. */
  readonly atOnce: number
  /** How many may wait; whoever comes after them is refused. */
  readonly waiting: number
  /** Told how many wait whenever that changes. */
  readonly onQueue?: (waiting: number) => void
}

/** Lets a few work at once, in the order they came, and the others wait. */
export interface Turns {
  /** @throws StowageError `unavailable` with `retryAfterSeconds` when too many wait already */
  take<T>(work: () => Promise<T>): Promise<T>
}

export function createTurns({ atOnce, waiting, onQueue }: TurnsOptions): Turns {
  let working = 0
  const queue: (() => void)[] = []
  const next = (): void => {
    const first = queue.shift()
    if (!first) {
      working -= 1
      return
    }
    onQueue?.(queue.length)
    first()
  }
  const turn = (): Promise<void> =>
    new Promise(resolve => {
      queue.push(resolve)
      onQueue?.(queue.length)
    })
  return {
    async take(work) {
      if (working < atOnce) working += 1
      else if (queue.length >= waiting) throw tooMany()
      else await turn()
      try {
        return await work()
      } finally {
        next()
      }
    },
  }
}

function tooMany(): StowageError {
  return new StowageError('unavailable', 'Too many pictures wait to be made. Try again in a moment.', {
    details: { retryAfterSeconds: 2 },
  })
}
