import { html, nothing, type TemplateResult } from 'lit'
import { icon } from '../shared/icons.ts'
import type { GalleryView } from './gallery-view.ts'

const TYPES = ['image', 'video', 'audio', 'pdf', 'text', 'archive']

/** Search, filters, and how many files there are. */
export function toolbar(view: GalleryView): TemplateResult | typeof nothing {
  const { filters } = view
  if (filters.length === 0) return nothing
  return html`
    <div class="toolbar" part="toolbar" role="search">
      ${filters.includes('search') ? search(view) : nothing} ${filters.includes('type') ? types(view) : nothing}
    </div>
    ${filters.includes('tags') && view.knownTags.length > 0 ? tags(view) : nothing}
  `
}

function search({ labels, search, setSearch }: GalleryView): TemplateResult {
  const typed = (event: Event) => setSearch((event.target as HTMLInputElement).value)
  return html`
    <div class="field search">
      ${icon('search')}
      <input
        type="text"
        enterkeyhint="search"
        autocomplete="off"
        spellcheck="false"
        part="search"
        aria-label=${labels.search}
        placeholder=${labels.searchPlaceholder}
        .value=${search}
        @input=${typed}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Escape' && search !== '') setSearch('')
        }}
      />
      ${
        search === ''
          ? nothing
          : html`<button
              class="icon-button"
              type="button"
              aria-label=${labels.clearSearch}
              title=${labels.clearSearch}
              @click=${(event: Event) => {
                setSearch('')
                const input = (event.currentTarget as HTMLElement).parentElement?.querySelector('input')
                input?.focus()
              }}
            >
              ${icon('close')}
            </button>`
      }
    </div>
  `
}

function types({ labels, source, type, setType }: GalleryView): TemplateResult {
  return html`
    <div class="field type">
      <select part="type" aria-label=${labels.type} @change=${(event: Event) => setType((event.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${type === ''}>${labels.allTypes}</option>
        ${(source.types ?? TYPES).map(each => html`<option value=${each} ?selected=${type === each}>${labels.types[each] ?? each}</option>`)}
      </select>
      ${icon('down')}
    </div>
  `
}

function tags({ labels, tags, knownTags, toggleTag }: GalleryView): TemplateResult {
  return html`
    <div class="tags" part="tags" role="group" aria-label=${labels.tags}>
      ${knownTags.map(
        tag => html`
          <button class="chip" part="tag" type="button" aria-pressed=${tags.has(tag) ? 'true' : 'false'} @click=${() => toggleTag(tag)}>
            ${tag}
          </button>
        `,
      )}
    </div>
  `
}
