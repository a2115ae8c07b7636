/** A body that counts how often it was begun and let go. */
export interface WatchedBody extends AsyncIterable<Uint8Array> {
  readonly begun: number
  readonly returned: number
  readonly pulled: number
}

export function watched(source: () => AsyncIterator<Uint8Array>): WatchedBody {
  const counts = { begun: 0, returned: 0, pulled: 0 }
  return {
    get begun() {
      return counts.begun
    },
    get returned() {
      return counts.returned
    },
    get pulled() {
      return counts.pulled
    },
    [Symbol.asyncIterator]() {
      counts.begun += 1
      const inner = source()
      return {
        next: () => {
          counts.pulled += 1
          return inner.next()
        },
        async return() {
          counts.returned += 1
          await inner.return?.()
          return { done: true as const, value: undefined }
        },
      }
    },
  }
}
