import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import type { Extra, Values } from '../apis/api.ts'
import { fieldView, valuesOf } from './field.ts'

/** Makes an asset in another way than by upload. Fires `made`. */
export class ExtraForm extends LitElement {
  static override properties: PropertyDeclarations = {
    extra: { attribute: false },
    values: { state: true },
    busy: { state: true },
    refusal: { state: true },
  }
  declare extra: Extra | null
  declare private values: Values
  declare private busy: boolean
  declare private refusal: string

  constructor() {
    super()
    this.extra = null
    this.values = {}
    this.busy = false
    this.refusal = ''
  }

  protected override createRenderRoot(): this {
    return this
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('extra')) return
    const before = changed.get('extra') as Extra | null | undefined
    if (before?.title !== this.extra?.title) this.values = valuesOf(this.extra?.fields ?? [])
    this.refusal = ''
  }

  protected override render(): TemplateResult | typeof nothing {
    const { extra } = this
    if (!extra) return nothing
    const fields = extra.fields.map(field =>
      fieldView(field, 'extra', this.values[field.name] ?? '', value => {
        this.values = { ...this.values, [field.name]: value }
      }),
    )
    return html`<form @submit=${this.#submit}>
      <div class="fields">${fields}</div>
      <button class="button primary" ?disabled=${this.busy}>${this.busy ? 'One moment…' : extra.button}</button>
      <p class="refusal" role="alert">${this.refusal}</p>
    </form>`
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (!this.extra || this.busy) return
    this.busy = true
    this.refusal = ''
    try {
      await this.extra.run(this.values)
      this.values = valuesOf(this.extra.fields)
      this.dispatchEvent(new Event('made'))
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : String(error)
    } finally {
      this.busy = false
    }
  }
}
