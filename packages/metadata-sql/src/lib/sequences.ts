interface Caller {
  readonly resolve: (number: number) => void
  readonly reject: (error: unknown) => void
}

export interface Sequences {
  next(name: string): Promise<number>
  /** Asks now for what waits, so that a database about to close still answers it. */
  flush(): void
}

/**
 * Numbers of named sequences. While one call is under way, those who ask share the next one; numbers are given in the order
 * in which they asked.
 * @param take moves the sequence on by `count`, and returns the last of the numbers taken
 */
export function sequences(take: (name: string, count: number) => Promise<number>): Sequences {
  const waiting = new Map<string, Caller[]>()

  async function give(name: string, callers: readonly Caller[]): Promise<void> {
    waiting.set(name, [])
    try {
      let number = (await take(name, callers.length)) - callers.length
      for (const { resolve } of callers) resolve(++number)
    } catch (error) {
      for (const { reject } of callers) reject(error)
    }
    const next = waiting.get(name)
    if (next?.length) void give(name, next)
    else waiting.delete(name)
  }

  return {
    next: name =>
      new Promise((resolve, reject) => {
        const queue = waiting.get(name)
        if (queue) queue.push({ resolve, reject })
        else void give(name, [{ resolve, reject }])
      }),
    flush() {
      for (const [name, callers] of [...waiting]) if (callers.length > 0) void give(name, callers)
    },
  }
}
