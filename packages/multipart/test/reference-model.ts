import type { ReadPart } from './forms.ts'

/** Splits a well-formed body as a textbook would: whole, in memory, with no idea of chunks or limits. */
export function naiveParts(body: Buffer, boundary: string): ReadPart[] {
  const pieces = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`)
  const parts: ReadPart[] = []
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith('--')) return parts
    const headEnd = piece.indexOf('\r\n\r\n')
    const head = piece.slice(piece.indexOf('\r\n') + 2, headEnd)
    parts.push(naivePart(head, piece.slice(headEnd + 4)))
  }
  throw new Error('No closing boundary.')
}

function naivePart(head: string, content: string): ReadPart {
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(utf8(head))?.[1]?.trim()
  const disposition = header('content-disposition') ?? ''
  const parameter = (name: string) => {
    const raw = new RegExp(`; ${name}="([^"]*)"`).exec(disposition)?.[1]
    return raw?.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
  }
  const name = parameter('name') ?? ''
  const filename = parameter('filename')
  const contentType = header('content-type')
  if (filename === undefined) return { kind: 'field', name, value: utf8(content), contentType }
  return { kind: 'file', name, filename, contentType, content }
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
