import { html, nothing, type TemplateResult } from 'lit'
import { describeSize } from '../apis/describe.ts'
import type { BodyView, Exchange, HeaderLines } from '../wire/exchange.ts'
import { toCurl } from '../wire/to-curl.ts'
import { copyButton } from './copy-button.ts'
import { jsonView } from './json-view.ts'

/** They say nothing of the API. */
const OF_CONNECTION = new Set(['connection', 'date', 'keep-alive'])

/** Method, path, status and time, on one line. */
export function exchangeLine({ method, path, answer, failure }: Exchange): TemplateResult {
  const [route = '', query] = path.split('?', 2)
  return html`<span class="method ${method.toLowerCase()}">${method}</span>
    <span class="path" title=${path}>${route}${query ? html`<span class="query">?${query}</span>` : nothing}</span>
    <span class="outcome">${
      answer
        ? html`<span class="status ${statusClass(answer.status)}">${answer.status}</span><span class="took">${Math.round(answer.tookMs)} ms</span>`
        : html`<span class="status ${failure === null ? 'waiting' : 'failed'}">${failure === null ? '…' : 'none'}</span>`
    }</span>`
}

function statusClass(status: number): string {
  return status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'fine'
}

/** All of both messages. */
export function exchangeDetails(exchange: Exchange): TemplateResult {
  const { method, path, requestHeaders, requestBody, answer, failure } = exchange
  return html`<div class="messages">
    <div class="message-head"><h3>Request</h3>${copyButton('Copy as curl', () => toCurl(exchange, location.origin))}</div>
    <p class="start-line">${method} ${path}</p>
    ${headersView(requestHeaders)}${bodyView(requestBody)}
    <div class="message-head"><h3>Answer</h3></div>
    ${answer ? html`<p class="start-line">${answer.status}, after ${Math.round(answer.tookMs)} ms</p>${headersView(answer.headers)}${bodyView(answer.body)}` : html`<p class="quiet-text">${failure ?? 'On its way…'}</p>`}
  </div>`
}

function headersView(headers: HeaderLines): TemplateResult | typeof nothing {
  const shown = headers.filter(([name]) => !OF_CONNECTION.has(name))
  if (shown.length === 0) return nothing
  return html`<dl class="headers">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${shortened(name, value)}</dd></div>`)}</dl>`
}

/** Tokens are not for screenshots. */
function shortened(name: string, value: string): string {
  return name.toLowerCase() === 'authorization' ? value.replace(/(?<=^Bearer .{4}).+/, '…') : value
}

function bodyView(body: BodyView | null): TemplateResult | typeof nothing {
  switch (body?.kind) {
    case 'text':
      return jsonView(body.text)
    case 'form':
      return html`<dl class="headers form">${body.parts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
    case 'bytes':
      return html`<p class="quiet-text">${body.contentType}${body.sizeBytes > 0 ? `, ${describeSize(body.sizeBytes)}` : ''}</p>`
    default:
      return nothing
  }
}
