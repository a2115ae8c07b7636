import type { AssetItem, AssetSource } from '../asset-source.ts'
import { safeImageUrl } from '../shared/safe-url.ts'

const AT_ONCE = 4

/** The small pictures of a gallery: by URL, or fetched where that takes a header. */
export interface Pictures {
  /** URL for an `<img>`; null as long as there is none. */
  of(item: AssetItem): string | null
  /** Whether it is on its way. */
  loading(item: AssetItem): boolean
  /** It can't be shown: from now on there is none. */
  broken(item: AssetItem): void
  /** Lets go of the pictures of all other items. */
  keep(items: readonly AssetItem[]): void
}

interface Fetched {
  /** A new address is a new picture. */
  readonly of: string
  url: string | null
  readonly controller: AbortController
}

export function createPictures(source: () => AssetSource | null, onChange: () => void): Pictures {
  const fetched = new Map<string, Fetched>()
  const broken = new Set<string>()
  const waiting: (() => Promise<void>)[] = []
  let running = 0

  const run = async (task: () => Promise<void>) => {
    running++
    await task()
    running--
    const next = waiting.shift()
    if (next) void run(next)
  }

  const fetchPicture = async (item: AssetItem, entry: Fetched) => {
    const { signal } = entry.controller
    if (signal.aborted) return
    try {
      const blob = await source()?.open?.(item, 'thumbnail', { signal })
      if (blob && !signal.aborted) entry.url = URL.createObjectURL(blob)
    } catch {
      // No picture is no trouble: the icon stays.
      broken.add(keyOf(item))
    }
    if (!signal.aborted) onChange()
  }

  const release = (id: string, entry: Fetched) => {
    entry.controller.abort()
    if (entry.url !== null) URL.revokeObjectURL(entry.url)
    fetched.delete(id)
  }

  const start = (item: AssetItem): Fetched => {
    const old = fetched.get(item.id)
    if (old?.of === item.thumbnailUrl) return old
    if (old) release(item.id, old)
    const entry: Fetched = { of: item.thumbnailUrl ?? '', url: null, controller: new AbortController() }
    fetched.set(item.id, entry)
    const task = () => fetchPicture(item, entry)
    if (running < AT_ONCE) void run(task)
    else waiting.push(task)
    return entry
  }

  const exists = (item: AssetItem) => item.thumbnailUrl !== null && !broken.has(keyOf(item))
  return {
    of(item) {
      if (!exists(item)) return null
      return source()?.open ? start(item).url : safeImageUrl(item.thumbnailUrl)
    },
    loading: item => exists(item) && source()?.open !== undefined && start(item).url === null,
    broken(item) {
      broken.add(keyOf(item))
      onChange()
    },
    keep(items) {
      const ids = new Set(items.map(({ id }) => id))
      for (const [id, entry] of fetched) if (!ids.has(id)) release(id, entry)
    },
  }
}

function keyOf({ id, thumbnailUrl }: AssetItem): string {
  return `${id} ${thumbnailUrl}`
}
