import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { fileTypeOf } from '../shared/file-type.ts'
import { bytesText } from '../shared/format.ts'
import { icon } from '../shared/icons.ts'
import type { Trouble } from '../shared/trouble.ts'
import type { UploadCounts, UploaderLabels } from './labels.ts'
import type { UploadEntry } from './queue.ts'

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

function row(view: UploaderView, entry: UploadEntry): TemplateResult {
  const { file, state } = entry
  const preview = view.preview(entry)
  return html`
    <li class="row ${state}" part="row">
      <span class="picture">
        ${preview === null ? icon(fileTypeOf(file.type)) : html`<img src=${preview} alt="" loading="lazy" decoding="async" @error=${() => view.previewBroken(entry)} />`}
      </span>
      <div class="about">
        <p class="name" title=${file.name}>${file.name}</p>
        ${status(view, entry)}
      </div>
      <div class="actions">${actions(view, entry)}</div>
    </li>
  `
}

function status(view: UploaderView, entry: UploadEntry): TemplateResult {
  const { labels, language } = view
  const { file, state, loaded, trouble } = entry
  const total = bytesText(file.size, language)
  if (state === 'failed' && trouble) {
    const reason = view.reason(trouble)
    return html`
      <p class="note error">${reason}</p>
      ${trouble.detail && trouble.detail !== reason ? html`<p class="note muted">${trouble.detail}</p>` : nothing}
    `
  }
  if (state === 'done') return html`<p class="note muted">${labels.done} · ${total}</p>`
  if (state === 'cancelled') return html`<p class="note muted">${labels.cancelled}</p>`
  if (state === 'waiting') return html`<p class="note muted">${labels.waiting} · ${total}</p>`
  const sent = loaded >= file.size
  const percent = file.size === 0 ? 100 : Math.floor((100 * loaded) / file.size)
  return html`
    <div
      class="bar ${sent ? 'finishing' : ''}"
      part="progress"
      role="progressbar"
      aria-label=${labels.progress(file.name)}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${percent}
    >
      <span .style=${`inline-size: ${percent}%`}></span>
    </div>
    <p class="note muted">${sent ? labels.finishing : labels.sent(bytesText(loaded, language), total)}</p>
  `
}

function actions(view: UploaderView, { id, file, state, trouble }: UploadEntry): TemplateResult {
  const { labels } = view
  if (state === 'waiting' || state === 'sending') return button('close', labels.cancel(file.name), () => view.cancel(id))
  if (state === 'done') return html`<span class="done-mark">${icon('check')}</span>`
  // Another try of the same file would end in the same way.
  const isFinal = trouble?.kind === 'tooLarge' || trouble?.kind === 'wrongType'
  return html`
    ${isFinal ? nothing : button('retry', labels.retryNamed(file.name), () => view.retry(id))}
    ${button('close', labels.dismiss(file.name), () => view.clear(id))}
  `
}

function button(name: 'close' | 'retry', label: string, onClick: () => void): TemplateResult {
  return html`<button class="icon-button" type="button" aria-label=${label} title=${label} @click=${onClick}>${icon(name)}</button>`
}
