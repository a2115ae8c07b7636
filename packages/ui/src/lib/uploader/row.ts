import { html, nothing, type TemplateResult } from 'lit'
import { fileTypeOf } from '../shared/file-type.ts'
import { bytesText } from '../shared/format.ts'
import { type IconName, icon } from '../shared/icons.ts'
import { isActive, type UploadEntry } from './queue.ts'
import type { UploaderView } from './view.ts'

/** One file: how far it is, and what can be done with it. */
export function row(view: UploaderView, entry: UploadEntry): TemplateResult {
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

function status(view: UploaderView, entry: UploadEntry): TemplateResult | typeof nothing {
  const { labels, language } = view
  const { file, state } = entry
  const total = bytesText(file.size, language)
  if (state === 'failed') return failure(view, entry)
  if (state === 'done') return html`<p class="note muted">${labels.done} · ${total}</p>`
  if (state === 'cancelled') return html`<p class="note muted">${labels.cancelled}</p>`
  if (state === 'waiting') return html`<p class="note muted">${labels.waiting} · ${total}</p>`
  return progress(view, entry)
}

function failure(view: UploaderView, { id, file, trouble }: UploadEntry): TemplateResult | typeof nothing {
  if (!trouble) return nothing
  const { labels } = view
  const reason = view.reason(trouble)
  // Another try of the same file would end in the same way.
  const isFinal = trouble.kind === 'tooLarge' || trouble.kind === 'wrongType'
  const label = labels.retryNamed(file.name)
  return html`
    <p class="note error">${reason}</p>
    ${trouble.detail && trouble.detail !== reason ? html`<p class="note muted">${trouble.detail}</p>` : nothing}
    ${
      isFinal
        ? nothing
        : html`<button class="button quiet small again" type="button" aria-label=${label} @click=${() => view.retry(id)}>${icon('retry')}${labels.retry}</button>`
    }
  `
}

function progress({ labels, language }: UploaderView, entry: UploadEntry): TemplateResult {
  const { file, state, loaded, trouble } = entry
  const total = bytesText(file.size, language)
  const isSent = loaded >= file.size
  const percent = file.size === 0 ? 100 : Math.floor((100 * loaded) / file.size)
  const sent = isSent ? labels.finishing : labels.sent(bytesText(loaded, language), total)
  const note = state === 'paused' ? labels.paused(bytesText(loaded, language), total) : sent
  return html`
    <div
      class="bar ${state === 'paused' || trouble ? 'resting' : isSent ? 'finishing' : ''}"
      part="progress"
      role="progressbar"
      aria-label=${labels.progress(file.name)}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${percent}
    >
      <span .style=${`inline-size: ${percent}%`}></span>
    </div>
    ${trouble ? html`<p class="note lost"><span class="spinner"></span>${labels.retrying(trouble)}</p>` : html`<p class="note muted">${note}</p>`}
  `
}

function actions(view: UploaderView, entry: UploadEntry): TemplateResult {
  const { labels } = view
  const { id, file, state } = entry
  if (isActive(entry)) return html`${pauseButton(view, entry)}${button('close', labels.cancel(file.name), () => view.cancel(id))}`
  if (state === 'done') return html`<span class="done-mark">${icon('check')}</span>`
  return html`
    ${state === 'cancelled' ? button('retry', labels.retryNamed(file.name), () => view.retry(id)) : nothing}
    ${button('close', labels.dismiss(file.name), () => view.clear(id))}
  `
}

/** One button for both, so that the focus stays where it is. */
function pauseButton(view: UploaderView, entry: UploadEntry): TemplateResult | typeof nothing {
  const { labels } = view
  const { id, file, state, loaded, trouble, canPause } = entry
  if (state === 'paused') return button('play', labels.resume(file.name), () => view.resume(id))
  const isSending = state === 'sending' && (loaded < file.size || trouble !== null)
  return canPause && isSending ? button('pause', labels.pause(file.name), () => view.pause(id)) : nothing
}

function button(name: IconName, label: string, onClick: () => void): TemplateResult {
  return html`<button class="icon-button" type="button" aria-label=${label} title=${label} @click=${onClick}>${icon(name)}</button>`
}
