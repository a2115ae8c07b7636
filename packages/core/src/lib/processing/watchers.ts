/** Tells those who wait in this process that something was learnt of an asset. */
export interface Watchers {
  notify(assetId: string): void
  /** @returns ends the watch */
  watch(assetId: string, changed: () => void): () => void
}

export function createWatchers(): Watchers {
  const watching = new Map<string, Set<() => void>>()
  return {
    notify(assetId) {
      for (const changed of watching.get(assetId) ?? []) changed()
    },
    watch(assetId, changed) {
      const all = watching.get(assetId) ?? new Set()
      watching.set(assetId, all.add(changed))
      return () => {
        all.delete(changed)
        if (all.size === 0) watching.delete(assetId)
      }
    },
  }
}
