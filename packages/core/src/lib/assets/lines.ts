/** Lets work on the same thing go one after another. */
export interface Lines {
  /** Whether somebody works on it, or waits to. */
  has(name: string): boolean
  take<T>(name: string, work: () => Promise<T>): Promise<T>
}

/** Lines by name; one lasts as long as somebody stands in it. */
export function createLines(): Lines {
  const ends = new Map<string, Promise<void>>()
  return {
    has: name => ends.has(name),
    take(name, work) {
      const turn = (ends.get(name) ?? Promise.resolve()).then(work)
      const end: Promise<void> = turn.then(ignore, ignore).then(() => void (ends.get(name) === end && ends.delete(name)))
      ends.set(name, end)
      return turn
    },
  }
}

/** Whoever took the turn is told of its outcome; the next in line is not concerned. */
const ignore = (): void => undefined
