import type { ReadPart } from './forms.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const tokenCharacter = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/
/** What boundaries hold that tokens do not; senders leave it unquoted too. */
const looseCharacter = /[!#$%&'*+\-.^_`|~0-9A-Za-z/=:?()]/

class Refused extends Error {}

function refuse(when: boolean): void {
  if (when) throw new Refused()
}

/**
 * Reads a whole body by the grammar of RFC 2046 §5.1.1 and RFC 7578, one character after another and without limits.
 * @returns its parts; null where it must be refused
 */
export function strictParts(body: Buffer, boundary: string): ReadPart[] | null {
  try {
    return readBody(`\r\n${body.toString('latin1')}`, `\r\n--${boundary}`)
  } catch (error) {
    if (error instanceof Refused) return null
    throw error
  }
}

function readBody(text: string, delimiter: string): ReadPart[] {
  const parts: ReadPart[] = []
  let at = text.indexOf(delimiter)
  for (;;) {
    refuse(at < 0)
    let rest = text.slice(at + delimiter.length)
    if (rest.startsWith('--')) {
      const behind = withoutBlanks(rest.slice(2))
      refuse(behind !== '' && !behind.startsWith('\r\n'))
      return parts
    }
    rest = withoutBlanks(rest)
    refuse(!rest.startsWith('\r\n'))
    const headEnd = rest.indexOf('\r\n\r\n')
    refuse(headEnd < 0)
    const body = `\r\n${rest.slice(headEnd + 4)}`
    const end = body.indexOf(delimiter)
    const headers = readHead(rest.slice(2, Math.max(2, headEnd)))
    refuse(end < 0)
    parts.push(readPart(headers, body.slice(2, Math.max(2, end))))
    at = text.length - body.length + end
  }
}

function withoutBlanks(text: string): string {
  let at = 0
  while (text[at] === ' ' || text[at] === '\t') at++
  return text.slice(at)
}

function trimmed(text: string): string {
  const start = withoutBlanks(text)
  let end = start.length
  while (start[end - 1] === ' ' || start[end - 1] === '\t') end--
  return start.slice(0, end)
}

function utf8(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1')
  const text = bytes.toString('utf8')
  refuse(!Buffer.from(text).equals(bytes))
  return text
}

function readHead(head: string): Map<string, string> {
  const headers = new Map<string, string>()
  for (const line of utf8(head).split('\r\n')) {
    const colon = line.indexOf(':')
    refuse(colon < 0 || !token.test(line.slice(0, colon)))
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1)
    refuse([...value].some(character => (character < ' ' && character !== '\t') || character === '\x7f'))
    refuse(headers.has(name))
    headers.set(name, trimmed(value))
  }
  return headers
}

interface Value {
  readonly raw: string
  readonly quoted: boolean
}

function readParameters(text: string): Map<string, Value> {
  const values = new Map<string, Value>()
  let at = 0
  const skip = (characters: RegExp): string => {
    const start = at
    while (at < text.length && characters.test(text[at] as string)) at++
    return text.slice(start, at)
  }
  while (at < text.length) {
    skip(/[ \t]/)
    refuse(text[at++] !== ';')
    skip(/[ \t]/)
    const name = skip(tokenCharacter).toLowerCase()
    refuse(name === '' || text[at++] !== '=' || values.has(name))
    if (text[at] !== '"') values.set(name, { raw: skip(looseCharacter), quoted: false })
    else {
      const start = ++at
      while (text[at] !== '"') {
        at += text[at] === '\\' ? 2 : 1
        refuse(at >= text.length)
      }
      values.set(name, { raw: text.slice(start, at++), quoted: true })
    }
  }
  return values
}

function nameOf(value: Value | undefined): string | undefined {
  if (value === undefined || !value.quoted) return value?.raw
  let name = ''
  for (let at = 0; at < value.raw.length; ) {
    const ahead = (length: number) => value.raw.slice(at, at + length)
    const meant = ({ '%22': '"', '%0D': '\r', '%0A': '\n' } as Record<string, string>)[ahead(3)]
    if (meant !== undefined) {
      name += meant
      at += 3
    } else if (ahead(2) === '\\"') {
      name += '"'
      at += 2
    } else if (ahead(2) === '\\\\') {
      name += '\\\\'
      at += 2
    } else name += value.raw[at++]
  }
  return name
}

function readPart(headers: ReadonlyMap<string, string>, content: string): ReadPart {
  const [disposition = '', contentType] = [headers.get('content-disposition'), headers.get('content-type')]
  const semicolon = disposition.indexOf(';')
  refuse(trimmed(semicolon < 0 ? disposition : disposition.slice(0, semicolon)).toLowerCase() !== 'form-data')
  const values = readParameters(semicolon < 0 ? '' : disposition.slice(semicolon))
  const [name = '', filename] = [nameOf(values.get('name')), nameOf(values.get('filename'))]
  refuse(name === '' || (filename === undefined && values.has('filename*')))
  refuse(!['7bit', '8bit', 'binary'].includes((headers.get('content-transfer-encoding') ?? 'binary').toLowerCase()))
  refuse(contentType?.toLowerCase().startsWith('multipart/') === true)
  if (filename !== undefined) return { kind: 'file', name, filename, contentType, content }
  const value = utf8(content)
  checkCharset(name, value, contentType)
  return { kind: 'field', name, value, contentType }
}

function checkCharset(name: string, value: string, contentType: string | undefined): void {
  const semicolon = contentType?.indexOf(';') ?? -1
  const declared = semicolon < 0 ? undefined : parametersOrNone(contentType?.slice(semicolon) ?? '').get('charset')?.raw
  const charset = (name === '_charset_' ? value : declared)?.toLowerCase()
  if (charset === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(charset)) return
  const sameInAscii = ['iso-8859-1', 'windows-1252'].includes(charset) && Buffer.byteLength(value) === value.length
  refuse(name === '_charset_' || !sameInAscii)
}

/** A Content-Type that can't be read declares nothing. */
function parametersOrNone(text: string): Map<string, Value> {
  try {
    return readParameters(text)
  } catch {
    return new Map()
  }
}
