import type { AssetItem } from '@stowage/ui'
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import type { ShowcaseSource, Values } from '../apis/api.ts'
import { copyText } from './copy-button.ts'
import { fieldView, valuesOf } from './field.ts'
import { icons } from './icons.ts'
import { jsonView } from './json-view.ts'
import { openBlob } from './open-blob.ts'
import { fetchesPreview, preview } from './preview.ts'

/** One asset whole: its file, its record, and what can be done with it. Fires `changed` and `removed`. */
export class AssetDetails extends LitElement {
  static override properties: PropertyDeclarations = {
    item: { state: true },
    fetched: { state: true },
    values: { state: true },
    busy: { state: true },
    said: { state: true },
    refusal: { state: true },
    asking: { state: true },
  }
  declare private item: AssetItem | null
  declare private fetched: string | null
  declare private values: Values
  declare private busy: boolean
  declare private said: string
  declare private refusal: string
  /** Whether it asks if the asset shall really go. */
  declare private asking: boolean
  #source: ShowcaseSource | null = null

  constructor() {
    super()
    this.item = null
    this.fetched = null
    this.values = {}
    this.busy = false
    this.said = ''
    this.refusal = ''
    this.asking = false
  }

  protected override createRenderRoot(): this {
    return this
  }

  /** Opens on an asset, and asks the API for all of it. */
  async show(item: AssetItem, source: ShowcaseSource): Promise<void> {
    this.#source = source
    this.said = ''
    this.refusal = ''
    this.asking = false
    this.#take(item)
    await this.updateComplete
    this.#dialog?.showModal()
    await Promise.all([this.#fetchPreview(item, source), this.#attempt(async () => this.#reload(item, source))])
  }

  close(): void {
    this.#dialog?.close()
  }

  get #dialog(): HTMLDialogElement | null {
    return this.querySelector('dialog')
  }

  protected override render(): TemplateResult {
    const { item } = this
    const source = this.#source
    return html`<dialog class="details" aria-labelledby="details-title" @close=${this.#closed} @click=${this.#outside}>
      ${item && source ? this.#content(item, source) : nothing}
    </dialog>`
  }

  #content(item: AssetItem, source: ShowcaseSource): TemplateResult {
    return html`
      <div class="details-head">
        <h2 id="details-title">${item.title}</h2>
        <button type="button" class="icon-button" aria-label="Close" @click=${() => this.close()}>${icons.close}</button>
      </div>
      <div class="details-body">
        ${preview(item, source, this.fetched)}
        ${this.#actions(item, source)}
        <p class="said" role="status">${this.said}</p>
        <p class="refusal" role="alert">${this.refusal}</p>
        ${item.tags.length > 0 ? html`<ul class="tags" aria-label="Tags">${item.tags.map(tag => html`<li>${tag}</li>`)}</ul>` : nothing}
        <dl class="facts">${source.facts(item).map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
        ${source.save && source.editable ? this.#editor(item, source) : nothing}
        <details class="raw"><summary>As the API sends it</summary>${jsonView(JSON.stringify(item.raw, null, 2))}</details>
      </div>`
  }

  #actions(item: AssetItem, source: ShowcaseSource): TemplateResult {
    const act = (work: () => Promise<void>) => () => void this.#attempt(work)
    if (this.asking) {
      return html`<div class="actions">
        <span class="ask">Delete it for good?</span>
        <button type="button" class="button danger" ?disabled=${this.busy} @click=${act(() => this.#remove(item, source))}>${icons.remove} Delete</button>
        <button type="button" class="button secondary" @click=${() => this.#ask(false)}>Keep</button>
      </div>`
    }
    const openable = item.contentUrl !== null || source.open !== undefined
    return html`<div class="actions">
      ${
        item.contentUrl !== null
          ? html`<a class="button primary" href=${item.contentUrl} target="_blank" rel="noreferrer">${icons.open} Open</a>`
          : html`<button type="button" class="button primary" ?disabled=${this.busy || !openable} @click=${act(() => this.#open(item, source))}>${icons.open} Open</button>`
      }
      ${source.link ? html`<button type="button" class="button secondary" ?disabled=${this.busy} @click=${act(() => this.#copyLink(item, source))}>${icons.link} Copy link</button>` : nothing}
      ${source.remove ? html`<button type="button" class="button secondary danger-text" @click=${() => this.#ask(true)}>${icons.remove} Delete</button>` : nothing}
    </div>`
  }

  #editor(item: AssetItem, source: ShowcaseSource): TemplateResult {
    const fields = (source.editable?.(item) ?? []).map(field =>
      fieldView(field, 'edit', this.values[field.name] ?? '', value => {
        this.values = { ...this.values, [field.name]: value }
      }),
    )
    const save = (event: Event) => {
      event.preventDefault()
      void this.#attempt(() => this.#save(item, source))
    }
    return html`<form class="editor" @submit=${save}>
      <h3>Edit</h3>
      <div class="fields">${fields}</div>
      <button class="button secondary" ?disabled=${this.busy}>Save</button>
    </form>`
  }

  /** The API's own words are shown for what it refuses. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    this.busy = true
    this.refusal = ''
    this.said = ''
    try {
      await work()
    } catch (error) {
      const { status } = Object(error) as { status?: unknown }
      const words = error instanceof Error ? error.message : String(error)
      this.refusal = typeof status === 'number' ? `The API refused (${status}): ${words}` : words
    } finally {
      this.busy = false
    }
  }

  async #reload(item: AssetItem, source: ShowcaseSource): Promise<void> {
    const now = await source.reload?.(item)
    if (now && this.item?.id === now.id) this.#take(now)
  }

  async #open(item: AssetItem, source: ShowcaseSource): Promise<void> {
    const blob = await source.open?.(item, 'content')
    if (blob) openBlob(blob, item.filename)
  }

  async #copyLink(item: AssetItem, source: ShowcaseSource): Promise<void> {
    const link = (await source.link?.(item)) ?? ''
    const hint = source.linkHint?.(item) ?? ''
    this.said = (await copyText(link)) ? `Link copied. ${hint}` : `${link} ${hint}`
  }

  async #save(item: AssetItem, source: ShowcaseSource): Promise<void> {
    const saved = await source.save?.(item, this.values)
    if (!saved) return
    this.#take(saved)
    this.said = 'Saved.'
    this.dispatchEvent(new Event('changed'))
  }

  async #remove(item: AssetItem, source: ShowcaseSource): Promise<void> {
    this.asking = false
    await source.remove?.(item)
    this.dispatchEvent(new Event('removed'))
    this.close()
  }

  async #fetchPreview(item: AssetItem, source: ShowcaseSource): Promise<void> {
    if (!fetchesPreview(item, source)) return
    const blob = await source.open?.(item, 'thumbnail').catch(() => null)
    if (blob && this.item?.id === item.id) this.fetched = URL.createObjectURL(blob)
  }

  #take(item: AssetItem): void {
    this.item = item
    this.values = valuesOf(this.#source?.editable?.(item) ?? [])
  }

  #ask(asking: boolean): void {
    this.asking = asking
    this.refusal = ''
    this.said = ''
  }

  readonly #closed = (): void => {
    if (this.fetched) URL.revokeObjectURL(this.fetched)
    this.fetched = null
    this.item = null
  }

  readonly #outside = ({ target }: Event): void => {
    if (target === this.#dialog) this.close()
  }
}
