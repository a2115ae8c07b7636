import type { AssetItem, AssetQuery, AssetSource } from '../asset-source.ts'
import { type Trouble, troubleOf } from '../shared/trouble.ts'

/** What was loaded of a source's list, and how that went. */
export interface Library {
  readonly items: readonly AssetItem[]
  /** How many match on all pages; null where the source does not say. */
  readonly total: number | null
  readonly hasMore: boolean
  /** `fresh`: nothing was asked yet. */
  readonly state: 'fresh' | 'loading' | 'loadingMore' | 'ready' | 'failed' | 'failedMore'
  readonly trouble: Trouble | null
  /** Asks for the first page. What was shown stays until the answer comes. */
  load(source: AssetSource, query: AssetQuery): Promise<void>
  more(): Promise<void>
  /** The same query once more, as many pages as are shown. */
  refresh(): Promise<void>
  put(item: AssetItem): void
  prepend(item: AssetItem): void
  drop(ids: ReadonlySet<string>): void
  /** Forgets everything. */
  reset(): void
}

export function createLibrary(onChange: () => void): Library {
  let source: AssetSource | null = null
  let query: AssetQuery = {}
  let cursor: string | null = null
  let pages = 1
  let controller = new AbortController()
  let shown: Pick<Library, 'items' | 'total' | 'state' | 'trouble'> = { items: [], total: null, state: 'fresh', trouble: null }

  const show = (next: Partial<typeof shown>) => {
    shown = { ...shown, ...next }
    onChange()
  }

  /** Asks as often as it takes for `count` pages, from the given cursor on. A later question makes an earlier one void. */
  const ask = async (from: string | null, count: number, before: readonly AssetItem[]) => {
    if (!source) return
    controller.abort()
    controller = new AbortController()
    const { signal } = controller
    const more = from !== null
    show({ state: more ? 'loadingMore' : 'loading', trouble: null })
    try {
      let items = before
      let next = from
      for (let i = 0; i < count && (i === 0 || next !== null); i++) {
        const page = await source.list(next === null ? query : { ...query, cursor: next }, { signal })
        if (signal.aborted) return
        items = joined(items, page.items)
        next = page.cursor
        shown = { ...shown, total: page.total ?? null }
      }
      cursor = next
      pages = more ? pages + 1 : count
      show({ items, state: 'ready' })
    } catch (error) {
      if (!signal.aborted) show({ state: more ? 'failedMore' : 'failed', trouble: troubleOf(error) })
    }
  }

  return {
    get items() {
      return shown.items
    },
    get total() {
      return shown.total
    },
    get state() {
      return shown.state
    },
    get trouble() {
      return shown.trouble
    },
    get hasMore() {
      return cursor !== null
    },
    load(from, what) {
      source = from
      query = what
      return ask(null, 1, [])
    },
    more: () => (cursor === null ? Promise.resolve() : ask(cursor, 1, shown.items)),
    refresh: () => ask(null, Math.max(1, pages), []),
    put: item => show({ items: shown.items.map(each => (each.id === item.id ? item : each)) }),
    prepend(item) {
      const rest = shown.items.filter(({ id }) => id !== item.id)
      const isNew = rest.length === shown.items.length
      show({ items: [item, ...rest], total: shown.total === null ? null : shown.total + (isNew ? 1 : 0) })
    },
    drop(ids) {
      const items = shown.items.filter(({ id }) => !ids.has(id))
      show({ items, total: shown.total === null ? null : shown.total - (shown.items.length - items.length) })
    },
    reset() {
      controller.abort()
      cursor = null
      source = null
      show({ items: [], total: null, state: 'fresh', trouble: null })
    },
  }
}

/** Pages may overlap where something was added in between. */
function joined(before: readonly AssetItem[], more: readonly AssetItem[]): readonly AssetItem[] {
  const known = new Set(before.map(({ id }) => id))
  return [...before, ...more.filter(({ id }) => !known.has(id))]
}
