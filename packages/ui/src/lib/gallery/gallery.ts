import { type CSSResultGroup, html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import type { AssetFilter, AssetItem, AssetQuery } from '../asset-source.ts'
import { SourceElement } from '../shared/element.ts'
import { safeLinkUrl } from '../shared/safe-url.ts'
import { theme } from '../shared/theme.ts'
import { type Trouble, troubleOf } from '../shared/trouble.ts'
import { dialogStyles } from './dialog-styles.ts'
import { dialog, type Question } from './dialogs.ts'
import { createFollower } from './follower.ts'
import type { GalleryView, Notice } from './gallery-view.ts'
import { neighbour } from './keyboard.ts'
import { type GalleryLabels, galleryLabels } from './labels.ts'
import { createLibrary, type Library } from './library.ts'
import { createPictures, type Pictures } from './pictures.ts'
import { removeAll } from './remove-all.ts'
import { extended, kept, nothingSelected, type Selection, toggled } from './selection.ts'
import { selectionBar } from './selection-bar.ts'
import { content } from './states.ts'
import { galleryStyles } from './styles.ts'
import { toolbar } from './toolbar.ts'

const DEBOUNCE_MS = 250
const NOTICE_MS = 4000
const ALL_FILTERS: readonly AssetFilter[] = ['search', 'type', 'tags']

export interface StowageSelectDetail {
  readonly items: readonly AssetItem[]
}

export interface StowageOpenDetail {
  readonly item: AssetItem
}

export interface StowageDeleteDetail {
  readonly items: readonly AssetItem[]
}

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
    question: { state: true },
    busy: { state: true },
    trouble: { state: true },
    notice: { state: true },
    said: { state: true },
  }
  static override styles: CSSResultGroup = [theme, galleryStyles, dialogStyles]

  /** Words that replace the English ones. */
  declare labels: Partial<GalleryLabels>
  declare private searchText: string
  declare private type: string
  declare private tags: ReadonlySet<string>
  declare private selection: Selection
  declare private current: string | null
  declare private question: Question | null
  declare private busy: boolean
  declare private trouble: Trouble | null
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
    const { question, busy, trouble } = this
    return html`
      ${toolbar(view)} ${content(view)} ${selectionBar(view)}
      <div class="hidden-visually" role="status" aria-live="polite">${this.said}</div>
      ${
        question === null
          ? nothing
          : dialog({
              labels: view.labels,
              question,
              busy,
              trouble,
              knownTags: view.knownTags,
              close: () => this.#close(),
              remove: items => void this.#remove(items),
              rename: (item, title) => void this.#rename(item, title),
              setTags: tags => {
                if (this.question?.kind === 'tags') this.question = { ...this.question, tags }
              },
              saveTags: (items, tags) => void this.#saveTags(items, tags),
            })
      }
    `
  }

  #view(): GalleryView | null {
    const source = this.assets
    if (!source) return null
    const ask = (question: Question) => {
      this.trouble = null
      this.question = question
    }
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
      key: event => this.#key(event),
      clearSelection: () => this.clearSelection(),
      copyLink: item => void this.#copyLink(item),
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
    this.current = this.question = this.notice = this.trouble = null
    this.busy = false
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
    this.emit('stowage-select', { items: this.selected })
  }

  #toggle(item: AssetItem, range: boolean): void {
    const order = this.items.map(({ id }) => id)
    this.#select(range ? extended(this.selection, order, item.id) : toggled(this.selection, item.id))
  }

  #open(item: AssetItem): void {
    if (!this.emit('stowage-open', { item }, true)) return
    const url = safeLinkUrl(item.contentUrl)
    if (url !== null) window.open(url, '_blank', 'noopener')
    else if (this.assets?.open) void this.#download(item)
  }

  /** Never opened as a page: bytes of strangers would run in this page's own origin. */
  async #download(item: AssetItem): Promise<void> {
    try {
      const blob = await this.assets?.open?.(item, 'content')
      if (blob) saveAs(blob, item.filename)
    } catch (error) {
      this.#notify({ kind: 'error', text: this.#words.trouble(troubleOf(error)) })
    }
  }

  #key(event: KeyboardEvent): void {
    const tiles = [...this.renderRoot.querySelectorAll<HTMLElement>('.tile')]
    const tile = tiles.find(each => each === event.target)
    const item = this.items.find(({ id }) => id === tile?.dataset.id)
    if (event.key === 'Escape' && this.selection.ids.size > 0) this.clearSelection()
    if (!tile || !item) return
    const next = neighbour(tiles, tile, event.key, getComputedStyle(this).direction === 'rtl')
    if (next) {
      event.preventDefault()
      if (event.shiftKey && this.selection.anchor === null) this.#toggle(item, false)
      next.focus()
      const reached = this.items.find(({ id }) => id === next.dataset.id)
      if (event.shiftKey && reached) this.#toggle(reached, true)
      return
    }
    const act = this.#shortcut(event, item)
    if (!act) return
    event.preventDefault()
    act()
  }

  #shortcut(event: KeyboardEvent, item: AssetItem): (() => void) | null {
    const { selected } = this
    if (event.key === ' ') return () => this.#toggle(item, event.shiftKey)
    if (event.key === 'Enter') return () => this.#open(item)
    if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      return () => this.#select({ ids: new Set(this.items.map(({ id }) => id)), anchor: item.id })
    }
    if (event.key === 'Delete' && this.assets?.remove) {
      return () => {
        this.trouble = null
        this.question = { kind: 'remove', items: selected.length > 0 ? selected : [item] }
      }
    }
    return null
  }

  async #copyLink(item: AssetItem): Promise<void> {
    try {
      const url = await this.assets?.link?.(item)
      if (url === undefined) return
      const absolute = new URL(url, document.baseURI).href
      const copied = await copyText(absolute)
      if (copied) this.#notify({ kind: 'done', text: this.#words.linkCopied })
      else this.question = { kind: 'link', url: absolute }
    } catch (error) {
      this.#notify({ kind: 'error', text: this.#words.trouble(troubleOf(error)) })
    }
  }

  async #remove(items: readonly AssetItem[]): Promise<void> {
    const { assets } = this
    if (!assets?.remove) return
    this.busy = true
    const at = this.items.findIndex(({ id }) => id === items[0]?.id)
    const { removed, error } = await removeAll(items, item => assets.remove?.(item))
    this.busy = false
    if (removed.length > 0) {
      this.#library.drop(new Set(removed.map(({ id }) => id)))
      this.emit('stowage-delete', { items: removed })
    }
    if (error !== null) {
      this.trouble = troubleOf(error)
      this.question = { kind: 'remove', items: items.filter(item => !removed.includes(item)) }
      return
    }
    this.#close()
    this.#notify({ kind: 'done', text: this.#words.removed(removed.length) })
    await this.updateComplete
    const tiles = this.renderRoot.querySelectorAll<HTMLElement>('.tile')
    tiles[Math.min(at, tiles.length - 1)]?.focus()
  }

  async #rename(item: AssetItem, title: string): Promise<void> {
    await this.#change(async () => {
      const changed = await this.assets?.update?.(item, { title })
      if (changed) this.#library.put(changed)
    })
  }

  async #saveTags(items: readonly AssetItem[], tags: readonly string[]): Promise<void> {
    const before = commonTags(items)
    const add = tags.filter(tag => !before.includes(tag))
    const remove = before.filter(tag => !tags.includes(tag))
    await this.#change(async () => {
      if (add.length === 0 && remove.length === 0) return
      await this.assets?.tag?.(items, { add, remove })
      for (const item of items) {
        const rest = item.tags.filter(tag => !remove.includes(tag) && !add.includes(tag))
        this.#library.put({ ...item, tags: [...rest, ...add] })
      }
      this.#notify({ kind: 'done', text: this.#words.tagsChanged })
    })
  }

  /** Does what a dialog asks for; closes it where that works, and says why where not. */
  async #change(act: () => Promise<void>): Promise<void> {
    this.busy = true
    this.trouble = null
    try {
      await act()
      this.#close()
    } catch (error) {
      this.trouble = troubleOf(error)
    } finally {
      this.busy = false
    }
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
    this.question = this.trouble = null
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

function commonTags(items: readonly AssetItem[]): readonly string[] {
  const [first] = items
  return first ? first.tags.filter(tag => items.every(({ tags }) => tags.includes(tag))) : []
}

function saveAs(blob: Blob, filename: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = filename
  link.click()
  // The browser took hold of it with the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** False where the browser does not let this page write to the clipboard. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Pages without TLS have no clipboard; others may refuse it: the link is shown instead.
    return false
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stowage-gallery': StowageGallery
  }
  interface HTMLElementEventMap {
    'stowage-select': CustomEvent<StowageSelectDetail>
    'stowage-open': CustomEvent<StowageOpenDetail>
    'stowage-delete': CustomEvent<StowageDeleteDetail>
  }
}
