import { html, type TemplateResult } from 'lit'

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** JSON text with its names, texts and numbers in colours. */
export function jsonView(text: string): TemplateResult {
  const pieces: unknown[] = []
  let at = 0
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, colon] = match
    pieces.push(text.slice(at, match.index))
    if (quoted === undefined) pieces.push(html`<span class="json-value">${whole}</span>`)
    else if (colon === undefined) pieces.push(html`<span class="json-text">${quoted}</span>`)
    else pieces.push(html`<span class="json-name">${quoted}</span>`, colon)
    at = match.index + whole.length
  }
  pieces.push(text.slice(at))
  return html`<pre class="json" tabindex="0">${pieces}</pre>`
}
