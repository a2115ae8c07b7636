/** Promises that have not settled yet. */
export function underWay() {
  const waiting = new Set<Promise<unknown>>()
  return {
    add<T>(promise: Promise<T>): Promise<T> {
      waiting.add(promise)
      const done = () => waiting.delete(promise)
      promise.then(done, done)
      return promise
    },
    some: (): boolean => waiting.size > 0,
    /** Resolves once those that are there now have settled, and what was waiting for them has gone on. */
    async settled(): Promise<void> {
      await Promise.allSettled(waiting)
    },
  }
}
