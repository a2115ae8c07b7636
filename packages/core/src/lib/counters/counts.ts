export interface Count {
  readonly assetId: string
  readonly by: number
}

/** How often something happened to each of many assets. */
export interface Counts {
  /** Assets, whatever their kind. */
  readonly size: number
  has(kind: string, assetId: string): boolean
  /** 0 where nothing happened. */
  get(kind: string, assetId: string): number
  add(kind: string, assetId: string, by: number): void
  addAll(counts: Counts): void
  /** Takes out the longest there, at most so many. */
  take(max: number): Counts
  kinds(): Iterable<readonly [kind: string, counts: readonly Count[]]>
}

export function createCounts(): Counts {
  const kinds = new Map<string, Map<string, number>>()
  let size = 0
  const counts: Counts = {
    get size() {
      return size
    },
    has: (kind, assetId) => kinds.get(kind)?.has(assetId) === true,
    get: (kind, assetId) => kinds.get(kind)?.get(assetId) ?? 0,
    add(kind, assetId, by) {
      let own = kinds.get(kind)
      if (!own) {
        own = new Map()
        kinds.set(kind, own)
      }
      const before = own.get(assetId)
      if (before === undefined) size += 1
      own.set(assetId, (before ?? 0) + by)
    },
    addAll(more) {
      for (const [kind, list] of more.kinds()) for (const { assetId, by } of list) counts.add(kind, assetId, by)
    },
    take(max) {
      const taken = createCounts()
      for (const [kind, own] of kinds) {
        for (const [assetId, by] of own) {
          if (taken.size >= max) return taken
          taken.add(kind, assetId, by)
          own.delete(assetId)
          size -= 1
        }
      }
      return taken
    },
    *kinds() {
      for (const [kind, own] of kinds) if (own.size > 0) yield [kind, [...own].map(([assetId, by]) => ({ assetId, by }))]
    },
  }
  return counts
}
