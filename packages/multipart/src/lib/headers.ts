import { MultipartError } from './errors.ts'

// A value takes no control character but the tab; the class excludes CR and LF, so matching stays linear.
const headerLine = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t -~\u0080-\uffff]*)\r\n/y

/**
 * Reads the header lines of a part, each ending in CRLF, from `start`.
 * @returns values by lower-case name, without the white space around them
 * @throws MultipartError `malformed_header`, `duplicate_header`
 */
export function readHeaders(text: string, start: number, partIndex: number): Map<string, string> {
  const headers = new Map<string, string>()
  let position = start
  while (position < text.length) {
    headerLine.lastIndex = position
    const match = headerLine.exec(text)
    if (match === null) throw malformedLine(text, position, partIndex)
    const name = (match[1] ?? '').toLowerCase()
    if (headers.has(name)) {
      throw new MultipartError('duplicate_header', `the header "${name}" occurs twice. Send it once.`, { partIndex })
    }
    headers.set(name, trimBlanks(match[2] ?? ''))
    position = headerLine.lastIndex
  }
  return headers
}

/** Without the spaces and tabs at both ends; `trim` would take away more than RFC 9110 §5.5 does. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text, start)) start++
  while (end > start && isBlank(text, end - 1)) end--
  return text.slice(start, end)
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t'
}

function malformedLine(text: string, position: number, partIndex: number): MultipartError {
  const folded = position > 0 && isBlank(text, position)
  const what = folded ? 'a header is folded over two lines' : 'a header line is not "Name: value" in printable characters'
  return new MultipartError('malformed_header', `${what}. End each header with CRLF, one line each.`, { partIndex })
}
