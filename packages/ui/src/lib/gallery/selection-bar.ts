import { html, nothing, type TemplateResult } from 'lit'
import { type IconName, icon } from '../shared/icons.ts'
import type { GalleryView } from './gallery-view.ts'

/** What can be done with what is selected; and what was just done. */
export function selectionBar(view: GalleryView): TemplateResult {
  const { notice, selected } = view
  return html`
    ${selected.size === 0 ? nothing : html`<div class="room"></div>`}
    <div class="floating">
      ${notice === null ? nothing : html`<div class="notice ${notice.kind}">${icon(notice.kind === 'done' ? 'check' : 'alert')}<span>${notice.text}</span></div>`}
      ${selected.size === 0 ? nothing : bar(view)}
    </div>
  `
}

function bar(view: GalleryView): TemplateResult {
  const { labels, source, library, selected } = view
  const items = library.items.filter(({ id }) => selected.has(id))
  const [first] = items
  const one = items.length === 1 ? first : undefined
  const button = (name: IconName, label: string, onClick: () => void, more = '') => html`
    <button class="button small ${more}" type="button" title=${label} @click=${onClick}>${icon(name)}<span class="word">${label}</span></button>
  `
  return html`
    <div class="bar" part="selection" role="toolbar" aria-label=${labels.selected(items.length)}>
      <button class="icon-button" type="button" aria-label=${labels.clearSelection} title=${labels.clearSelection} @click=${view.clearSelection}>
        ${icon('close')}
      </button>
      <span class="count">${labels.selected(items.length)}</span>
      ${one && source.link ? button('link', labels.copyLink, () => view.copyLink(one)) : nothing}
      ${one && source.update ? button('pencil', labels.rename, () => view.askRename(one)) : nothing}
      ${source.tag ? button('tag', labels.editTags, () => view.askTags(items)) : nothing}
      ${source.remove ? button('trash', labels.remove, () => view.askRemove(items), 'dangerous') : nothing}
    </div>
  `
}
