import { type CSSResultGroup, html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import type { AssetFilter, AssetItem, AssetQuery } from '../asset-source.ts'
import { SourceElement } from '../shared/element.ts'
import { safeLinkUrl } from '../shared/safe-url.ts'
import { theme } from '../shared/theme.ts'
import { barStyles } from './bar-styles.ts'
import { dialogStyles } from './dialog-styles.ts'
import { dialog } from './dialogs.ts'
import type { StowageDeleteDetail, StowageOpenDetail, StowageSelectDetail } from './events.ts'
import { createFollower } from './follower.ts'
import type { GalleryView, Notice } from './gallery-view.ts'
import { createKeys } from './keyboard.ts'
import { type GalleryLabels, galleryLabels } from './labels.ts'
import { createLibrary, type Library } from './library.ts'
import { createPictures, type Pictures } from './pictures.ts'
import { extended, kept, nothingSelected, type Selection, toggled } from './selection.ts'
import { selectionBar } from './selection-bar.ts'
import { content } from './states.ts'
import { galleryStyles } from './styles.ts'
import { commonTags, createTasks } from './tasks.ts'
import { tileStyles } from './tile-styles.ts'
import { toolbar } from './toolbar.ts'

const DEBOUNCE_MS = 250
const NOTICE_MS = 4000
const ALL_FILTERS: readonly AssetFilter[] = ['search', 'type', 'tags']

/**
 * `<stowage-gallery>`: shows what a source lists, with search, filters, selection, and what the source can do with assets.
 *
 * Events, all of which bubble: `stowage-select` ({@link StowageSelectDetail}) after each change of what is selected, `stowage-open` ({@link StowageOpenDetail};
 * cancel it to show the asset in your own way), `stowage-delete` ({@link StowageDeleteDetail}) once assets are gone.
 */
export class StowageGallery extends SourceElement {
  static override properties: PropertyDeclarations = {
    ...SourceElement.properties,
    labels: { attribute: false },
    searchText: { state: true },
    type: { state: true },
    tags: { state: true },
    selection: { state: true },
    current: { state: true },
    notice: { state: true },
    said: { state: true },
  }
  static override styles: CSSResultGroup = [theme, galleryStyles, tileStyles, barStyles, dialogStyles]

  /** Words that replace the English ones. */
  declare labels: Partial<GalleryLabels>
  declare private searchText: string
  declare private type: string
  declare private tags: ReadonlySet<string>
  declare private selection: Selection
  declare private current: string | null
  declare private notice: Notice | null
  declare private said: string
  readonly #library: Library = createLibrary(() => this.#loaded())
  readonly #pictures: Pictures = createPictures(
    () => this.assets,
    () => this.requestUpdate(),
  )
  readonly #follower = createFollower({
    source: () => (this.isConnected ? this.assets : null),
    items: () => this.items,
    put: item => this.#library.put(item),
  })
  readonly #tasks = createTasks({
    source: () => this.assets,
    labels: () => this.#words,
    library: this.#library,
    onChange: () => this.requestUpdate(),
    notify: notice => this.#notify(notice),
    onRemoved: (items, index) => void this.#removed(items, index),
    onClose: () => this.renderRoot.querySelector('dialog')?.close(),
  })
  readonly #keys = createKeys({
    items: () => this.items,
    selection: () => this.selection,
    select: selection => this.#select(selection),
    toggle: (item, range) => this.#toggle(item, range),
    open: item => this.#open(item),
    remove: item => {
      const { selected } = this
      if (this.assets?.remove) this.#tasks.ask({ kind: 'remove', items: selected.length > 0 ? selected : [item] })
    },
  })
  readonly #knownTags = new Set<string>()
  #searchTimer = 0
  #noticeTimer = 0

  constructor() {
    super()
    this.labels = {}
    this.#forget()
  }

  /** What is shown. */
  get items(): readonly AssetItem[] {
    return this.#library.items
  }

  get selected(): readonly AssetItem[] {
    return this.items.filter(({ id }) => this.selection.ids.has(id))
  }

  /** Asks the source once more; what is shown stays until it answers. */
  refresh(): Promise<void> {
    return this.#library.refresh()
  }

  /** Shows an item first, such as one that was just uploaded; or anew, where it is there already. */
  add(item: AssetItem): void {
    this.#library.prepend(item)
  }

  clearSelection(): void {
    this.#select(nothingSelected)
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (['source', 'endpoint', 'token', 'thumbnail'].some(name => changed.has(name))) {
      this.#forget()
      this.#library.reset()
      this.#load()
    }
  }

  protected override updated(): void {
    const element = this.renderRoot.querySelector('dialog')
    if (element && !element.open) element.showModal()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    // Its pictures were let go of when it was taken out.
    this.requestUpdate()
    this.#follower.follow()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#follower.stop()
    clearTimeout(this.#searchTimer)
    clearTimeout(this.#noticeTimer)
    this.#pictures.keep([])
  }

  protected override render(): TemplateResult | typeof nothing {
    const view = this.#view()
    if (!view) return nothing
    return html`
      ${toolbar(view)} ${content(view)} ${selectionBar(view)}
      <div class="hidden-visually" role="status" aria-live="polite">${this.said}</div>
      ${this.#tasks.question === null ? nothing : dialog(view, this.#tasks, this.#tasks.question)}
    `
  }

  #view(): GalleryView | null {
    const source = this.assets
    if (!source) return null
    const { ask } = this.#tasks
    return {
      source,
      labels: this.#words,
      language: this.language,
      library: this.#library,
      pictures: this.#pictures,
      filters: source.filters ?? ALL_FILTERS,
      search: this.searchText,
      type: this.type,
      tags: this.tags,
      knownTags: [...this.#knownTags].sort((a, b) => a.localeCompare(b)),
      selected: this.selection.ids,
      current: this.items.some(({ id }) => id === this.current) ? this.current : (this.items[0]?.id ?? null),
      notice: this.notice,
      said: this.said,
      setSearch: text => this.#search(text),
      setType: type => {
        this.type = type
        this.#load()
      },
      toggleTag: tag => {
        const tags = new Set(this.tags)
        if (!tags.delete(tag)) tags.add(tag)
        this.tags = tags
        this.#load()
      },
      clearFilters: () => {
        this.searchText = this.type = ''
        this.tags = new Set()
        this.#load()
      },
      more: () => void this.#library.more(),
      retry: () => void this.#library.refresh(),
      activate: (item, { range, toggle }) => {
        if (range || toggle || this.selection.ids.size > 0) this.#toggle(item, range)
        else this.#open(item)
      },
      toggle: (item, range) => this.#toggle(item, range),
      focused: item => {
        this.current = item.id
      },
      key: event => this.#keys(event),
      clearSelection: () => this.clearSelection(),
      copyLink: item => void this.#tasks.copyLink(item),
      askRemove: items => ask({ kind: 'remove', items }),
      askRename: item => ask({ kind: 'rename', item }),
      askTags: items => ask({ kind: 'tags', items, tags: commonTags(items) }),
    }
  }

  get #words(): GalleryLabels {
    return { ...galleryLabels, ...this.labels }
  }

  get #query(): AssetQuery {
    const { searchText, type, tags } = this
    return {
      ...(searchText.trim() !== '' && { search: searchText.trim() }),
      ...(type !== '' && { type }),
      ...(tags.size > 0 && { tags: [...tags] }),
    }
  }

  #forget(): void {
    this.searchText = this.type = this.said = ''
    this.tags = new Set()
    this.selection = nothingSelected
    this.current = this.notice = null
    if (this.#tasks.question) this.#tasks.close()
    this.#knownTags.clear()
  }

  #load(): void {
    clearTimeout(this.#searchTimer)
    if (this.assets) void this.#library.load(this.assets, this.#query)
  }

  #loaded(): void {
    const { items } = this
    for (const { tags } of items) for (const tag of tags) this.#knownTags.add(tag)
    this.#pictures.keep(items)
    const selection = kept(
      this.selection,
      items.map(({ id }) => id),
    )
    if (selection !== this.selection) this.#select(selection)
    if (this.#library.state === 'ready') this.said = this.#words.count(items.length, this.#library.total)
    this.requestUpdate()
    this.#follower.follow()
  }

  #search(text: string): void {
    this.searchText = text
    clearTimeout(this.#searchTimer)
    this.#searchTimer = window.setTimeout(() => this.#load(), text === '' ? 0 : DEBOUNCE_MS)
  }

  #select(selection: Selection): void {
    this.selection = selection
    this.said = this.#words.selected(selection.ids.size)
    this.emit('stowage-select', { items: this.selected } satisfies StowageSelectDetail)
  }

  #toggle(item: AssetItem, range: boolean): void {
    const order = this.items.map(({ id }) => id)
    this.#select(range ? extended(this.selection, order, item.id) : toggled(this.selection, item.id))
  }

  #open(item: AssetItem): void {
    if (!this.emit('stowage-open', { item } satisfies StowageOpenDetail, true)) return
    const url = safeLinkUrl(item.contentUrl)
    if (url !== null) window.open(url, '_blank', 'noopener')
    else if (this.assets?.open) void this.#tasks.download(item)
  }

  /** Goes on from where the first of them was. */
  async #removed(items: readonly AssetItem[], index: number): Promise<void> {
    this.emit('stowage-delete', { items } satisfies StowageDeleteDetail)
    await this.updateComplete
    const tiles = this.renderRoot.querySelectorAll<HTMLElement>('.tile')
    if (this.#tasks.question === null) tiles[Math.min(index, tiles.length - 1)]?.focus()
  }

  #notify(notice: Notice): void {
    this.notice = notice
    this.said = notice.text
    clearTimeout(this.#noticeTimer)
    this.#noticeTimer = window.setTimeout(() => {
      this.notice = null
    }, NOTICE_MS)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stowage-gallery': StowageGallery
  }
}
