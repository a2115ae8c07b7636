/** Text that is HTML already. */
export interface Html {
  readonly html: string
}
type Piece = string | number | null | Html | readonly Html[]

/** HTML in which everything that is put in is escaped, but for HTML itself; null puts in nothing. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: String.raw({ raw: strings }, ...pieces.map(textOf)) }
}

function textOf(piece: Piece): string {
  if (piece === null) return ''
  if (typeof piece === 'object') return 'html' in piece ? piece.html : piece.map(({ html }) => html).join('')
  return escapeHtml(String(piece))
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

/** Text in which `words between backticks` are code. */
export function prose(text: string): Html {
  const parts = text.split('`')
  // A backtick without its other half is one.
  if (parts.length % 2 === 0) return html`${text}`
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`
}
