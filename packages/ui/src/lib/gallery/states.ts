import { html, nothing, type TemplateResult } from 'lit'
import { icon } from '../shared/icons.ts'
import type { GalleryView } from './gallery-view.ts'
import { grid } from './tile.ts'

const SKELETONS = Array.from({ length: 8 })

/** The list, or what stands in its place. */
export function content(view: GalleryView): TemplateResult {
  const { items, state } = view.library
  if (state === 'failed') return failed(view)
  if (items.length > 0) return html`${grid(view)} ${foot(view)}`
  if (state === 'loading' || state === 'fresh') return skeletons(view)
  return isFiltered(view) ? noMatch(view) : empty(view)
}

function isFiltered({ search, type, tags }: GalleryView): boolean {
  return search !== '' || type !== '' || tags.size > 0
}

function skeletons({ labels }: GalleryView): TemplateResult {
  return html`
    <span class="hidden-visually">${labels.loading}</span>
    <div class="grid" aria-hidden="true">
      ${SKELETONS.map(
        () => html`<div class="tile skeleton"><div class="picture shimmer"></div><div class="caption"><i></i><i></i></div></div>`,
      )}
    </div>
  `
}

function empty({ labels }: GalleryView): TemplateResult {
  return html`
    <div class="message" part="empty">
      <slot name="empty">
        <span class="emblem-large">${icon('image')}</span>
        <h2>${labels.empty}</h2>
        <p class="muted">${labels.emptyHint}</p>
      </slot>
    </div>
  `
}

function noMatch(view: GalleryView): TemplateResult {
  const { labels } = view
  return html`
    <div class="message">
      <span class="emblem-large">${icon('search')}</span>
      <h2>${labels.noMatch}</h2>
      <p class="muted">${labels.noMatchHint}</p>
      <button class="button secondary" type="button" @click=${view.clearFilters}>${labels.clearFilters}</button>
    </div>
  `
}

function failed(view: GalleryView): TemplateResult {
  const { labels, library } = view
  return html`
    <div class="message" part="error" role="alert">
      <span class="emblem-large bad">${icon('alert')}</span>
      <h2>${labels.failed}</h2>
      ${troubleText(view)}
      ${library.trouble === null ? nothing : html`<button class="button secondary" type="button" @click=${view.retry}>${icon('retry')}${labels.retry}</button>`}
    </div>
  `
}

function troubleText({ labels, library: { trouble } }: GalleryView): TemplateResult | typeof nothing {
  if (trouble === null) return nothing
  const text = labels.trouble(trouble)
  return html`
    <p class="muted">${text}</p>
    ${trouble.detail && trouble.detail !== text ? html`<p class="detail muted">${trouble.detail}</p>` : nothing}
  `
}

function foot(view: GalleryView): TemplateResult {
  const { labels, library } = view
  const { items, total, hasMore, state } = library
  const busy = state === 'loadingMore'
  return html`
    <div class="foot">
      ${
        state === 'failedMore'
          ? html`<div class="failed-more" role="alert">${troubleText(view)}</div>`
          : html`<p class="muted">${hasMore && total === null ? nothing : labels.count(items.length, total)}</p>`
      }
      ${
        hasMore
          ? html`<button class="button secondary" part="more" type="button" aria-disabled=${busy ? 'true' : nothing} @click=${view.more}>
              ${busy ? html`<span class="spinner"></span>` : nothing}${state === 'failedMore' ? labels.retry : labels.more}
            </button>`
          : nothing
      }
    </div>
  `
}
