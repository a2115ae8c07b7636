import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Ability, Api, Identity, Standing } from '../apis/api.ts'
import { icons } from './icons.ts'

export interface Who {
  readonly api: Api
  readonly identity: Identity
  readonly place: string
}

const words = { yes: 'may', no: 'may not', own: 'own only' } as const

/** Who the visitor is in an API, where, and what that may do. */
export function whoCard({ api, identity, place }: Who, change: (who: Partial<Who>) => void): TemplateResult {
  const standing = api.standing(identity, place)
  return html`<section class="card who" aria-labelledby="who-title">
    <div class="card-head">
      <h2 id="who-title">You are</h2>
      ${api.places.length > 1 ? placeChoice(api, place, change) : nothing}
    </div>
    <div class="people" role="radiogroup" aria-labelledby="who-title">
      ${repeat(
        api.identities,
        ({ id }) => `${api.id}/${id}`,
        each => person(each, each === identity, () => change({ identity: each })),
      )}
    </div>
    <div class="standing" aria-live="polite">
      <p><span class="role">${standing.role}</span> ${standing.sentence}</p>
      ${abilities(standing)}
    </div>
  </section>`
}

function person({ id, name, note, token }: Identity, checked: boolean, choose: () => void): TemplateResult {
  return html`<label class="person">
    <input type="radio" name="identity" value=${id} .checked=${checked} @change=${choose}>
    <span class="avatar ${token === null ? 'nobody' : ''}" aria-hidden="true">${token === null ? '?' : name[0]}</span>
    <span class="name">${name}${note ? html`<small>${note}</small>` : nothing}</span>
  </label>`
}

function placeChoice(api: Api, place: string, change: (who: Partial<Who>) => void): TemplateResult {
  return html`<div class="place">
    <label for="place">${api.placeLabel}</label>
    <select id="place" @change=${({ target }: Event) => change({ place: (target as HTMLSelectElement).value })}>
      ${repeat(
        api.places,
        ({ id }) => id,
        ({ id, title }) => html`<option value=${id} ?selected=${id === place}>${title}</option>`,
      )}
    </select>
  </div>`
}

function abilities({ may }: Standing): TemplateResult {
  const entries = Object.entries(may) as (readonly [Ability, 'yes' | 'no' | 'own'])[]
  return html`<ul class="abilities" aria-label="What this identity may do">
    ${entries.map(
      ([ability, answer]) => html`<li class=${answer}>
        ${icons[answer]}<span>${ability}${answer === 'own' ? ' own' : ''}</span><span class="hidden-visually">: ${words[answer]}</span>
      </li>`,
    )}
  </ul>`
}
