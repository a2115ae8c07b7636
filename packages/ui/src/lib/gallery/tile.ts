import { html, nothing, type TemplateResult } from 'lit'
import { ifDefined } from 'lit/directives/if-defined.js'
import type { AssetItem } from '../asset-source.ts'
import { extensionOf, fileTypeOf } from '../shared/file-type.ts'
import { bytesText } from '../shared/format.ts'
import { type IconName, icon } from '../shared/icons.ts'
import type { GalleryView } from './gallery-view.ts'

/** One asset. To screen readers a row of a table: what selects it, the asset, what can be done with it. */
function tile(view: GalleryView, item: AssetItem, index: number): TemplateResult {
  const { labels, selected } = view
  const isSelected = selected.has(item.id)
  const tabindex = view.current === item.id ? 0 : -1
  const clicked = (event: MouseEvent) => {
    if ((event.target as Element).closest('input, button:not(.title)')) return
    view.activate(item, { range: event.shiftKey, toggle: event.ctrlKey || event.metaKey })
  }
  // Shift and a click would select text.
  const pressed = (event: MouseEvent) => event.shiftKey && event.preventDefault()
  return html`
    <div
      class="tile ${isSelected ? 'selected' : ''}"
      part="tile"
      role="row"
      data-id=${item.id}
      tabindex=${tabindex}
      aria-label=${[item.title, metaOf(view, item)].join(', ')}
      aria-selected=${isSelected ? 'true' : 'false'}
      aria-rowindex=${index + 1}
      @click=${clicked}
      @mousedown=${pressed}
      @focusin=${() => view.focused(item)}
    >
      <div class="pick" role="gridcell">
        <input
          type="checkbox"
          tabindex=${tabindex}
          aria-label=${labels.select(item.title)}
          .checked=${isSelected}
          @click=${(event: MouseEvent) => view.toggle(item, event.shiftKey)}
        />
      </div>
      <div class="face" role="gridcell">
        ${picture(view, item)}
        <div class="caption">
          <button class="title" type="button" tabindex="-1" title=${item.title} aria-label=${labels.open(item.title)}>
            ${item.title}
          </button>
          <p class="meta muted">${metaOf(view, item)}</p>
        </div>
      </div>
      ${actions(view, item, tabindex)}
    </div>
  `
}

function metaOf({ labels, language }: GalleryView, { filename, contentType, sizeBytes, state }: AssetItem): string {
  const type = extensionOf(filename) || labels.types[fileTypeOf(contentType)] || ''
  const size = sizeBytes > 0 ? bytesText(sizeBytes, language) : ''
  const working = state === 'processing' ? labels.processing : state === 'failed' ? labels.processingFailed : ''
  return [type, size, working].filter(text => text !== '').join(' · ')
}

function picture({ pictures, labels }: GalleryView, item: AssetItem): TemplateResult {
  const type = fileTypeOf(item.contentType)
  const url = pictures.of(item)
  const waits = pictures.loading(item)
  const badge =
    item.state === 'processing'
      ? html`<span class="state"><span class="spinner"></span>${labels.processing}</span>`
      : item.state === 'failed'
        ? html`<span class="state">${icon('alert')}${labels.processingFailed}</span>`
        : nothing
  const shown =
    url === null
      ? html`<span class="emblem">${icon(type)}<b>${extensionOf(item.filename)}</b></span>`
      : html`<img
          src=${url}
          alt=""
          loading="lazy"
          decoding="async"
          draggable="false"
          @load=${(event: Event) => (event.target as Element).classList.add('loaded')}
          @error=${() => pictures.broken(item)}
        />`
  return html`<div class="picture ${type} ${waits ? 'shimmer' : ''}" part="picture">${waits ? nothing : shown}${badge}</div>`
}

function actions(view: GalleryView, item: AssetItem, tabindex: number): TemplateResult | typeof nothing {
  const { labels, source } = view
  if (!source.link && !source.remove) return nothing
  const button = (name: IconName, label: string, onClick: () => void) => html`
    <button class="icon-button" type="button" tabindex=${tabindex} aria-label="${label}: ${item.title}" title=${label} @click=${onClick}>
      ${icon(name)}
    </button>
  `
  return html`
    <div class="actions" role="gridcell">
      ${source.link ? button('link', labels.copyLink, () => view.copyLink(item)) : nothing}
      ${source.remove ? button('trash', labels.remove, () => view.askRemove([item])) : nothing}
    </div>
  `
}

/** All tiles, as a grid that the arrow keys move in. */
export function grid(view: GalleryView): TemplateResult {
  const { library, labels } = view
  const { items, total, hasMore, state } = library
  const rows = total ?? (hasMore ? -1 : items.length)
  return html`
    <div
      class="grid ${state === 'loading' ? 'stale' : ''}"
      part="grid"
      role="grid"
      aria-label=${labels.list}
      aria-multiselectable="true"
      aria-rowcount=${rows}
      aria-busy=${ifDefined(state === 'loading' ? 'true' : undefined)}
      @keydown=${view.key}
    >
      ${items.map((item, index) => tile(view, item, index))}
    </div>
  `
}
