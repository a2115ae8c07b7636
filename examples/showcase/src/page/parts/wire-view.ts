import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Exchange } from '../wire/exchange.ts'
import type { WireLog } from '../wire/wire-log.ts'
import { exchangeDetails, exchangeLine } from './exchange-view.ts'
import { icons } from './icons.ts'

/** Every request that the page made, and its answer: on a small screen behind a bar at the lower edge. */
export class WireView extends LitElement {
  static override properties: PropertyDeclarations = {
    log: { attribute: false },
    opened: { state: true },
    closed: { state: true },
    files: { state: true },
    raised: { type: Boolean, reflect: true },
  }
  declare log: WireLog
  /** Whether a small screen shows it. */
  declare raised: boolean
  /** Ids of exchanges that somebody wanted to see whole. */
  declare private opened: ReadonlySet<number>
  /** The latest is shown whole by itself, but not up to the one that somebody closed. */
  declare private closed: number
  /** Whether reading of files is listed too. */
  declare private files: boolean

  constructor() {
    super()
    this.opened = new Set()
    this.closed = 0
    this.files = false
    this.raised = false
  }

  readonly #changed = (): void => this.requestUpdate()

  override connectedCallback(): void {
    super.connectedCallback()
    this.log.addEventListener('change', this.#changed)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.log.removeEventListener('change', this.#changed)
  }

  protected override createRenderRoot(): this {
    return this
  }

  protected override render(): TemplateResult {
    const all = this.log.exchanges
    const shown = this.files ? all : all.filter(({ ofFile }) => !ofFile)
    const hidden = all.length - shown.length
    return html`
      <button type="button" class="wire-bar" aria-expanded=${this.raised} aria-controls="wire-list" @click=${this.#raise}>
        ${icons.wire} <strong>On the wire</strong>
        <span class="wire-latest">${shown[0] ? exchangeLine(shown[0]) : 'nothing yet'}</span>
        <span class="wire-chevron">${icons.up}</span>
      </button>
      <div id="wire-list" class="wire">
        <div class="wire-head">
          <h2>${icons.wire} On the wire</h2>
          <label class="check"><input type="checkbox" .checked=${this.files} @change=${this.#toggleFiles}> Files${hidden > 0 ? ` (${hidden})` : ''}</label>
          <button type="button" class="button quiet small" ?disabled=${all.length === 0} @click=${() => this.log.clear()}>Clear</button>
        </div>
        ${
          shown.length === 0
            ? html`<p class="quiet-text wire-empty">Do anything on this page, and the request behind it shows up here.</p>`
            : html`<ol class="exchanges" aria-label="Requests, newest first">
                ${repeat(
                  shown,
                  ({ id }) => id,
                  exchange => this.#exchange(exchange, exchange === shown[0]),
                )}
              </ol>`
        }
      </div>`
  }

  #exchange(exchange: Exchange, isLatest: boolean): TemplateResult {
    const isOpen = this.opened.has(exchange.id) || (isLatest && exchange.id > this.closed)
    return html`<li>
      <details class="exchange" ?open=${isOpen} >
        <summary @click=${(event: Event) => this.#toggle(exchange.id, !isOpen, event)}>${exchangeLine(exchange)}</summary>
        ${isOpen ? exchangeDetails(exchange) : nothing}
      </details>
    </li>`
  }

  #toggle(id: number, open: boolean, event: Event): void {
    // Drawing decides, not the element by itself.
    event.preventDefault()
    const opened = new Set(this.opened)
    if (open) opened.add(id)
    else opened.delete(id)
    this.opened = opened
    if (!open) this.closed = Math.max(this.closed, id)
  }

  readonly #raise = (): void => {
    this.raised = !this.raised
  }

  readonly #toggleFiles = ({ target }: Event): void => {
    this.files = (target as HTMLInputElement).checked
  }
}
