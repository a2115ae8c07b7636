import { type Draft, type Header, header } from './draft.ts'

/** The bytes of a draft: its head, and its body as it is framed. */
export interface Rendered {
  readonly head: Buffer
  readonly body: Buffer
}

export function render(draft: Draft): Rendered {
  const text = headText(draft)
  const head = Buffer.from(text, 'latin1')
  for (const [place, byte] of draft.flips) head[Math.floor(place * head.length)] = byte
  return { head, body: framedBody(draft) }
}

function headText(draft: Draft): string {
  const { method, path, query, version, headers } = draft
  const search = query.map(([name, value]) => `${name}=${value}`).join('&')
  const target = search === '' ? path : `${path}?${search}`
  const lines = [...headers, ...framingHeaders(draft)].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${method} ${target} ${version}\r\n${lines}\r\n`
}

/** A draft whose own headers speak of its framing is left to lie. */
function framingHeaders(draft: Draft): Header[] {
  if (header(draft, 'content-length') !== undefined || header(draft, 'transfer-encoding') !== undefined) return []
  if (draft.framing === 'chunked') return [['Transfer-Encoding', 'chunked']]
  return draft.framing === 'length' ? [['Content-Length', String(draft.body?.length ?? 0)]] : []
}

function framedBody({ body, framing, chunkSizes }: Draft): Buffer {
  if (body === null || framing === 'none') return Buffer.alloc(0)
  if (framing === 'length') return body
  const pieces: Buffer[] = []
  for (let at = 0, index = 0; at < body.length; index++) {
    const chunk = body.subarray(at, at + Math.max(1, chunkSizes[index % chunkSizes.length] ?? body.length))
    pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
    at += chunk.length
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')])
}

/** Text as it may stand in a query or a path: everything else escaped, Latin-1 characters as their bytes. */
export function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9._~-]/g, character => `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)
}
