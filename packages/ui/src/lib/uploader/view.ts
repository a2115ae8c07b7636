import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { icon } from '../shared/icons.ts'
import type { Trouble } from '../shared/trouble.ts'
import type { UploadCounts, UploaderLabels } from './labels.ts'
import type { UploadEntry } from './queue.ts'
import { row } from './row.ts'

export interface UploaderView {
  readonly labels: UploaderLabels
  readonly language: string | undefined
  readonly entries: readonly UploadEntry[]
  readonly counts: UploadCounts
  readonly ready: boolean
  readonly forbidden: boolean
  readonly dragging: boolean
  readonly single: boolean
  readonly accept: string
  readonly accepted: string
  readonly limit: string
  /** For the live region. */
  readonly said: string
  reason(trouble: Trouble): string
  preview(entry: UploadEntry): string | null
  previewBroken(entry: UploadEntry): void
  browse(): void
  add(files: Iterable<File>): void
  cancel(id: number): void
  retry(id: number): void
  pause(id: number): void
  resume(id: number): void
  clear(id?: number): void
  cancelAll(): void
}

export function uploaderView(view: UploaderView): TemplateResult {
  return html`
    ${zone(view)} ${view.entries.length > 0 ? list(view) : nothing}
    <div class="hidden-visually" role="status" aria-live="polite">${view.said}</div>
  `
}

function zone(view: UploaderView): TemplateResult {
  const { labels, ready, forbidden, dragging, accept, single } = view
  const chosen = (event: Event) => {
    const input = event.target as HTMLInputElement
    view.add([...(input.files ?? [])])
    // The same file may be chosen again.
    input.value = ''
  }
  const hints = [view.accepted, view.limit && labels.upTo(view.limit)].filter(hint => hint !== '')
  return html`
    <div class="zone ${dragging ? 'dragging' : ''} ${ready ? '' : 'off'}" part="zone">
      <span class="badge">${icon('upload')}</span>
      <div class="ask">
        ${
          forbidden
            ? html`<p>${labels.notAllowed}</p>`
            : html`
              <p class="prompt" aria-hidden=${dragging}>
                ${dragging ? labels.dropHere : html`<span class="fine">${labels.prompt}</span><span class="coarse">${labels.promptTouch}</span>`}
              </p>
              ${hints.length > 0 ? html`<p class="hint muted">${hints.join(' · ')}</p>` : nothing}
            `
        }
      </div>
      ${
        forbidden
          ? nothing
          : html`<button class="button primary" part="button" type="button" ?disabled=${!ready} @click=${view.browse}>${labels.browse}</button>`
      }
      <input type="file" hidden tabindex="-1" aria-hidden="true" accept=${accept || nothing} ?multiple=${!single} @change=${chosen} />
    </div>
  `
}

function list(view: UploaderView): TemplateResult {
  const { labels, entries, counts } = view
  return html`
    <div class="list" part="list">
      <div class="head">
        <span class="summary">${labels.summary(counts)}</span>
        ${
          counts.active > 0
            ? html`<button class="button quiet small" type="button" @click=${view.cancelAll}>${labels.cancelAll}</button>`
            : html`<button class="button quiet small" type="button" @click=${() => view.clear()}>${labels.clear}</button>`
        }
      </div>
      <ul aria-label=${labels.list}>
        ${repeat(
          entries,
          ({ id }) => id,
          entry => row(view, entry),
        )}
      </ul>
    </div>
  `
}
