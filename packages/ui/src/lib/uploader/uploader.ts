import type { CSSResultGroup, nothing, PropertyDeclarations, TemplateResult } from 'lit'
import type { AssetItem, SourceUploadOptions, UploadHandle } from '../asset-source.ts'
import { accepts, acceptText } from '../shared/accepts.ts'
import { SourceElement } from '../shared/element.ts'
import { bytesText } from '../shared/format.ts'
import { theme } from '../shared/theme.ts'
import { type Trouble, troubleOf } from '../shared/trouble.ts'
import { announcement } from './announce.ts'
import { countsOf } from './counts.ts'
import { filesOf, holdsFiles, isEditable } from './files.ts'
import { type UploaderLabels, uploaderLabels } from './labels.ts'
import { createPreviews } from './previews.ts'
import { createUploadQueue, type UploadEntry, type UploadQueue } from './queue.ts'
import { uploaderStyles } from './styles.ts'
import { uploaderView } from './view.ts'

export interface StowageUploadDetail {
  readonly file: File
  readonly item: AssetItem
}

export interface StowageErrorDetail {
  readonly file: File
  readonly error: unknown
  /** What the element shows: what went wrong, and what to do. */
  readonly message: string
}

export interface StowageProgressDetail {
  readonly file: File
  readonly loaded: number
  readonly total: number
  /** 0 to 1. */
  readonly fraction: number
}

/**
 * `<stowage-uploader>`: takes files by a button, by drag and drop and by pasting, sends several at once, and shows how far each is.
 *
 * Events, all of which bubble: `stowage-upload` ({@link StowageUploadDetail}), `stowage-error` ({@link StowageErrorDetail}), `stowage-progress`
 * ({@link StowageProgressDetail}). Parts and variables: see the README.
 */
export class StowageUploader extends SourceElement {
  static override properties: PropertyDeclarations = {
    ...SourceElement.properties,
    labels: { attribute: false },
    fields: { attribute: false },
    accept: {},
    maxBytes: { type: Number, attribute: 'max-bytes' },
    concurrency: { type: Number },
    single: { type: Boolean },
    disabled: { type: Boolean, reflect: true },
    paste: {},
    dragging: { state: true },
    said: { state: true },
  }
  static override styles: CSSResultGroup = [theme, uploaderStyles]

  /** Words that replace the English ones. */
  declare labels: Partial<UploaderLabels>
  /** What is said of each file: details and declared fields, as the source takes them. */
  declare fields: Readonly<Record<string, unknown>>
  /** Comes before the source's. */
  declare accept: string
  /** Of one file; comes before the source's. 0: the source's. */
  declare maxBytes: number
  /** How many files are sent at once. Default 3. */
  declare concurrency: number
  /** Takes one file at a time. */
  declare single: boolean
  declare disabled: boolean
  /** Where pasted files are taken: anywhere in the `page` (default), or only in this `element`. */
  declare paste: 'page' | 'element'
  declare private dragging: boolean
  declare private said: string
  readonly #queue: UploadQueue
  readonly #previews = createPreviews()

  constructor() {
    super()
    this.labels = {}
    this.fields = {}
    this.accept = ''
    this.maxBytes = 0
    this.concurrency = 3
    this.single = false
    this.disabled = false
    this.paste = 'page'
    this.dragging = false
    this.said = ''
    this.#queue = createUploadQueue({
      start: (file, options) => this.#start(file, options),
      refuse: file => this.#refuse(file),
      concurrency: () => this.concurrency,
      onChange: (entry, before) => this.#changed(entry, before),
    })
    this.addEventListener('dragenter', event => this.#dragged(event))
    this.addEventListener('dragover', event => this.#dragged(event))
    this.addEventListener('dragleave', event => {
      if (!(event.relatedTarget instanceof Node && this.contains(event.relatedTarget))) this.dragging = false
    })
    this.addEventListener('drop', event => this.#dropped(event))
    this.addEventListener('paste', this.#pasted)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    // Its pictures were let go of when it was taken out.
    this.requestUpdate()
    document.addEventListener('paste', this.#pasted)
    window.addEventListener('online', this.#online)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#previews.keep([])
    document.removeEventListener('paste', this.#pasted)
    window.removeEventListener('online', this.#online)
  }

  /** Files that were added and not yet cleared, in order. */
  get entries(): readonly UploadEntry[] {
    return this.#queue.entries
  }

  /** Whether files are taken at all. */
  get ready(): boolean {
    const { assets } = this
    return !this.disabled && (assets?.start ?? assets?.upload) !== undefined && assets?.canUpload !== false
  }

  /** Opens the browser's file chooser. */
  browse(): void {
    if (this.ready) this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')?.click()
  }

  /** Uploads files. */
  add(files: Iterable<File>): void {
    const added = [...files].slice(0, this.single ? 1 : undefined)
    if (!this.ready || added.length === 0) return
    this.said = this.words.saysUploading(added.length)
    this.#queue.add(added)
    this.requestUpdate()
  }

  cancel(id: number): void {
    this.#queue.cancel(id)
  }

  retry(id: number): void {
    this.#queue.retry(id)
  }

  /** Where its source can. */
  pause(id: number): void {
    this.#queue.pause(id)
  }

  resume(id: number): void {
    this.#queue.resume(id)
  }

  /** Ends every upload that is on its way. */
  cancelAll(): void {
    this.#queue.stop()
  }

  /** Takes off the list what is not on its way: all of it, or one. */
  clear(id?: number): void {
    const ids = id === undefined ? this.entries.map(entry => entry.id) : [id]
    this.#queue.remove(ids)
    this.#previews.keep(this.entries)
    this.requestUpdate()
  }

  protected override render(): TemplateResult | typeof nothing {
    const { assets, entries, language } = this
    const limit = this.maxBytes || assets?.maxBytes || 0
    return uploaderView({
      labels: this.words,
      language,
      entries,
      counts: countsOf(entries),
      ready: this.ready,
      forbidden: assets !== null && !this.disabled && !this.ready,
      dragging: this.dragging,
      single: this.single,
      accept: this.accept || assets?.accept || '',
      accepted: this.#accepted,
      limit: limit > 0 ? bytesText(limit, language) : '',
      said: this.said,
      reason: trouble => this.#reason(trouble),
      preview: this.#previews.of,
      previewBroken: entry => {
        this.#previews.broken(entry)
        this.requestUpdate()
      },
      browse: () => this.browse(),
      add: files => this.add(files),
      cancel: id => this.cancel(id),
      retry: id => this.retry(id),
      pause: id => this.pause(id),
      resume: id => this.resume(id),
      clear: id => this.clear(id),
      cancelAll: () => this.cancelAll(),
    })
  }

  private get words(): UploaderLabels {
    return { ...uploaderLabels, ...this.labels }
  }

  get #accepted(): string {
    return acceptText(this.accept || this.assets?.accept, this.words.types)
  }

  #reason(trouble: Trouble): string {
    const limit = this.maxBytes || this.assets?.maxBytes || 0
    return this.words.trouble(trouble, {
      accepted: this.#accepted,
      limit: limit > 0 ? bytesText(limit, this.language) : '',
    })
  }

  #start(file: File, options: SourceUploadOptions): UploadHandle {
    const { assets } = this
    const all = { ...options, fields: this.fields }
    if (assets?.start) return assets.start(file, all)
    if (assets?.upload) return { done: assets.upload(file, all) }
    throw new Error('This uploader has no source.')
  }

  #refuse(file: File): Trouble | null {
    const limit = this.maxBytes || this.assets?.maxBytes || 0
    if (limit > 0 && file.size > limit) return { ...troubleOf(null), kind: 'tooLarge' }
    return accepts(this.accept || this.assets?.accept, file) ? null : { ...troubleOf(null), kind: 'wrongType' }
  }

  #changed(entry: UploadEntry, before: UploadEntry | undefined): void {
    this.requestUpdate()
    const { file, state, loaded, trouble, item } = entry
    const { size } = file
    if (state === 'sending') {
      this.emit('stowage-progress', { file, loaded, total: size, fraction: size === 0 ? 0 : loaded / size })
    } else if (state === 'done' && item) {
      this.emit('stowage-upload', { file, item })
    } else if (state === 'failed' && trouble) {
      this.emit('stowage-error', { file, error: trouble.error, message: this.#reason(trouble) })
    }
    const { entries } = this
    this.said = announcement({ entry, before, entries }, this.words, failed => this.#reason(failed)) ?? this.said
  }

  #dragged(event: DragEvent): void {
    if (!this.ready || !holdsFiles(event.dataTransfer)) return
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
    this.dragging = true
  }

  #dropped(event: DragEvent): void {
    this.dragging = false
    if (event.dataTransfer && holdsFiles(event.dataTransfer)) {
      event.preventDefault()
      this.#take(event.dataTransfer)
    }
  }

  readonly #pasted = (event: ClipboardEvent): void => {
    const { clipboardData, currentTarget } = event
    if (event.defaultPrevented || !this.ready || !clipboardData || !holdsFiles(clipboardData)) return
    if (currentTarget === document && (this.paste === 'element' || !this.checkVisibility() || isEditable(event))) return
    // No other uploader of the page shall take them too.
    event.preventDefault()
    this.#take(clipboardData)
  }

  #take(transfer: DataTransfer): void {
    filesOf(transfer).then(
      files => this.add(files),
      error => {
        this.said = this.#reason(troubleOf(error))
      },
    )
  }

  readonly #online = (): void => this.#queue.retryLost()
}

declare global {
  interface HTMLElementTagNameMap {
    'stowage-uploader': StowageUploader
  }
  interface HTMLElementEventMap {
    'stowage-upload': CustomEvent<StowageUploadDetail>
    'stowage-error': CustomEvent<StowageErrorDetail>
    'stowage-progress': CustomEvent<StowageProgressDetail>
  }
}
