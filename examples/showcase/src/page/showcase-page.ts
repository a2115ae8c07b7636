import type { StowageGallery, StowageOpenDetail } from '@stowage/ui'
import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { readAddress, type Shown, writeAddress } from './address.ts'
import type { Api, Field, ShowcaseSource, Values } from './apis/api.ts'
import { apis } from './apis/index.ts'
import { apiTabs } from './parts/api-tabs.ts'
import type { AssetDetails } from './parts/asset-details.ts'
import { fieldView, valuesOf } from './parts/field.ts'
import { masthead } from './parts/masthead.ts'
import { rememberedTheme, type Theme, useTheme } from './parts/theme-button.ts'
import { uploadCard } from './parts/upload-card.ts'
import { whoCard } from './parts/who-card.ts'
import { createTracedClient } from './wire/traced-client.ts'
import { createTracedFetch } from './wire/traced-fetch.ts'
import { WireLog } from './wire/wire-log.ts'

const DEBOUNCE_MS = 300

/** The page: one of the four APIs, as one of its identities, and beside it what goes over the wire. */
export class ShowcasePage extends LitElement {
  static override properties: PropertyDeclarations = {
    shown: { state: true },
    filters: { state: true },
    asked: { state: true },
    fields: { state: true },
    theme: { state: true },
  }
  declare private shown: Shown
  /** The API's own filters, as they are set. */
  declare private filters: Values
  /** Those that the list was asked for with. */
  declare private asked: Values
  /** What is sent with each upload, by API. */
  declare private fields: Readonly<Record<string, Values>>
  declare private theme: Theme
  readonly #log = new WireLog()
  readonly #fetch = createTracedFetch(this.#log)
  #source: ShowcaseSource | null = null
  #asking = 0

  constructor() {
    super()
    this.shown = readAddress(location.hash)
    this.filters = {}
    this.asked = {}
    this.fields = Object.fromEntries(apis.map(api => [api.id, valuesOf(api.fields)]))
    this.theme = rememberedTheme()
    useTheme(this.theme)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('hashchange', this.#addressed)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('hashchange', this.#addressed)
  }

  protected override createRenderRoot(): this {
    return this
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('shown') || changed.has('asked')) this.#source = this.#open()
  }

  protected override render(): TemplateResult {
    const { api } = this.shown
    return html`
      ${masthead(this.theme, theme => this.#setTheme(theme))}
      ${apiTabs(apis, api, next => this.#choose(next))}
      <div class="columns" data-api=${api.id}>
        <main>
          <div id="panel" role="tabpanel" aria-labelledby="tab-${api.id}">
            <p class="about">${api.about} <span class="quiet-text">Built on ${api.framework} in <code>${api.code}</code>.</span></p>
            ${whoCard(this.shown, who => this.#change(who))}
            ${uploadCard({
              ...this.shown,
              source: this.#source,
              values: this.fields[api.id] ?? {},
              onValues: values => {
                this.fields = { ...this.fields, [api.id]: values }
              },
              onMade: () => this.#refresh(),
            })}
            ${this.#files(api)}
          </div>
        </main>
        <aside aria-label="On the wire"><wire-view .log=${this.#log}></wire-view></aside>
      </div>
      <asset-details data-api=${api.id} @changed=${this.#refresh} @removed=${this.#refresh}></asset-details>`
  }

  #files(api: Api): TemplateResult {
    const filters = api.filters.map(field =>
      fieldView(field, `filter-${api.id}`, this.filters[field.name] ?? '', value => this.#filter(field, value)),
    )
    return html`<section class="card" aria-labelledby="files-title">
      <div class="card-head"><h2 id="files-title">Files</h2></div>
      ${filters.length > 0 ? html`<div class="fields filters" role="group" aria-label="Filters of this API">${filters}</div>` : nothing}
      <stowage-gallery .source=${this.#source} @stowage-open=${this.#opened}></stowage-gallery>
    </section>`
  }

  #open(): ShowcaseSource {
    const { api, identity, place } = this.shown
    const { token } = identity
    return api.open({
      fetch: this.#fetch,
      client: path => createTracedClient(this.#log, path, token),
      token,
      place,
      filters: this.asked,
      reach: url => this.#reach(url),
    })
  }

  /** The server may be reached by other names than the one that it writes into addresses. */
  #reach(url: string): string {
    const { publicUrl = '' } = this.dataset
    const base = publicUrl.replace(/\/$/, '')
    return base !== '' && url.startsWith(`${base}/`) ? url.slice(base.length) : url
  }

  #choose(api: Api): void {
    this.#change(readAddress(`#/${api.id}`))
  }

  #change(next: Partial<Shown>): void {
    if (next.api && next.api !== this.shown.api) this.filters = this.asked = {}
    this.shown = { ...this.shown, ...next }
    history.replaceState(null, '', writeAddress(this.shown))
  }

  readonly #addressed = (): void => this.#change(readAddress(location.hash))

  readonly #refresh = (): void => {
    void this.querySelector<StowageGallery>('stowage-gallery')?.refresh()
  }

  readonly #opened = (event: CustomEvent<StowageOpenDetail>): void => {
    if (!this.#source) return
    event.preventDefault()
    void this.querySelector<AssetDetails>('asset-details')?.show(event.detail.item, this.#source)
  }

  /** What is typed is asked for once it rests. */
  #filter({ name, kind }: Field, value: string): void {
    const others = Object.entries(this.filters).filter(([each]) => each !== name)
    this.filters = Object.fromEntries(value === '' ? others : [...others, [name, value]])
    clearTimeout(this.#asking)
    if (kind === 'choice') this.asked = this.filters
    else
      this.#asking = window.setTimeout(() => {
        this.asked = this.filters
      }, DEBOUNCE_MS)
  }

  #setTheme(theme: Theme): void {
    this.theme = theme
    useTheme(theme)
  }
}
