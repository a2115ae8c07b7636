import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Field, Values } from '../apis/api.ts'

/** What a form begins with. */
export function valuesOf(fields: readonly Field[]): Values {
  return Object.fromEntries(fields.map(({ name, value = '' }) => [name, value]))
}

/** One member of a form with its label. @param scope tells the ids of several forms apart */
export function fieldView(field: Field, scope: string, value: string, onValue: (value: string) => void): TemplateResult {
  const id = `${scope}-${field.name}`
  if (field.kind === 'check') {
    const changed = (event: Event) => onValue(String((event.target as HTMLInputElement).checked))
    return html`<label class="check"><input type="checkbox" .checked=${live(value === 'true')} @change=${changed}> ${field.label}</label>`
  }
  return html`<div class="field">
    <label for=${id}>${field.label}</label>
    ${field.kind === 'choice' ? choice(field, id, value, onValue) : text(field, id, value, onValue)}
    ${field.hint ? html`<small id="${id}-hint">${field.hint}</small>` : nothing}
  </div>`
}

function choice({ choices = [] }: Field, id: string, value: string, onValue: (value: string) => void): TemplateResult {
  const options = choices.map(([name, label]) => html`<option value=${name} ?selected=${name === value}>${label}</option>`)
  return html`<select id=${id} @change=${(event: Event) => onValue((event.target as HTMLSelectElement).value)}>${options}</select>`
}

function text(field: Field, id: string, value: string, onValue: (value: string) => void): TemplateResult {
  const { placeholder = '', required = false, suggestions = [], hint } = field
  const input = html`<input
    id=${id}
    autocomplete="off"
    spellcheck="false"
    list=${suggestions.length > 0 ? `${id}-list` : nothing}
    placeholder=${placeholder}
    ?required=${required}
    aria-describedby=${hint ? `${id}-hint` : nothing}
    .value=${live(value)}
    @input=${(event: Event) => onValue((event.target as HTMLInputElement).value)}
  >`
  if (suggestions.length === 0) return input
  return html`${input}<datalist id="${id}-list">${suggestions.map(each => html`<option value=${each}></option>`)}</datalist>`
}
