import type { UploaderLabels } from '@stowage/ui'
import { html, nothing, type TemplateResult } from 'lit'
import { guard } from 'lit/directives/guard.js'
import type { Shown } from '../address.ts'
import type { ShowcaseSource, Values } from '../apis/api.ts'
import { fieldView } from './field.ts'
import { icons } from './icons.ts'

export interface UploadCard extends Shown {
  readonly source: ShowcaseSource | null
  readonly values: Values
  readonly onValues: (values: Values) => void
  /** Something was uploaded, or made in another way. */
  readonly onMade: () => void
}

/** Ways to bring files in: upload, and what else an API has. */
export function uploadCard({ api, identity, place, source, values, onValues, onMade }: UploadCard): TemplateResult {
  const refused = api.standing(identity, place).may.Upload === 'no'
  const fields = api.fields.map(field =>
    fieldView(field, `with-${api.id}`, values[field.name] ?? '', value => onValues({ ...values, [field.name]: value })),
  )
  const labels = (): Partial<UploaderLabels> => ({ upTo: () => `up to ${api.limit} each` })
  return html`<section class="card add" aria-labelledby="add-title">
    <div class="card-head"><h2 id="add-title">Add files</h2></div>
    ${(source?.extras ?? []).map(
      extra => html`<details class="extra">
        <summary>${icons.sparkle} ${extra.title}</summary>
        <extra-form .extra=${extra} @made=${onMade}></extra-form>
      </details>`,
    )}
    ${
      refused
        ? html`<p class="note">${icons.no}<span>${identity.name} may not upload here. Try it all the same: the API decides, not this page.</span></p>`
        : nothing
    }
    ${fields.length > 0 ? html`<div class="fields" role="group" aria-label="Sent with each file">${fields}</div>` : nothing}
    <stowage-uploader
      .source=${source}
      .fields=${values}
      .labels=${guard([api], labels)}
      @stowage-upload=${onMade}
    ></stowage-uploader>
  </section>`
}
