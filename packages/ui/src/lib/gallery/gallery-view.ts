import type { AssetFilter, AssetItem, AssetSource } from '../asset-source.ts'
import type { GalleryLabels } from './labels.ts'
import type { Library } from './library.ts'
import type { Pictures } from './pictures.ts'

/** What the gallery's templates show and call. */
export interface GalleryView {
  readonly labels: GalleryLabels
  readonly language: string | undefined
  readonly source: AssetSource
  readonly library: Library
  readonly pictures: Pictures
  readonly filters: readonly AssetFilter[]
  readonly search: string
  readonly type: string
  readonly tags: ReadonlySet<string>
  readonly knownTags: readonly string[]
  readonly selected: ReadonlySet<string>
  /** The one tile that the Tab key reaches. */
  readonly current: string | null
  readonly notice: Notice | null
  readonly said: string
  setSearch(text: string): void
  setType(type: string): void
  toggleTag(tag: string): void
  clearFilters(): void
  more(): void
  retry(): void
  activate(item: AssetItem, how: { readonly range: boolean; readonly toggle: boolean }): void
  toggle(item: AssetItem, range: boolean): void
  focused(item: AssetItem): void
  key(event: KeyboardEvent): void
  clearSelection(): void
  copyLink(item: AssetItem): void
  askRemove(items: readonly AssetItem[]): void
  askRename(item: AssetItem): void
  askTags(items: readonly AssetItem[]): void
}

export interface Notice {
  readonly kind: 'done' | 'error'
  readonly text: string
}
