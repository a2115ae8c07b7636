/** @returns waits for a place; what it resolves to gives it back */
export function semaphore(places: number): () => Promise<() => void> {
  const waiting: (() => void)[] = []
  let free = places
  const release = (): void => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return async () => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    return release
  }
}
