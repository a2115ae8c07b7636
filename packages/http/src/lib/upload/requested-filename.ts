import { StowageError } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'

const EXTENDED = /;\s*filename\*\s*=\s*UTF-8'[^']*'([^;\s]*)/i
const QUOTED = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i
const TOKEN = /;\s*filename\s*=\s*([^\s;"]+)/i

/**
 * The name that a raw upload gives its file: `?filename=`, or Content-Disposition (`filename*` before `filename`).
 * @see RFC 6266 §4.3, RFC 8187
 */
export function requestedFilename(request: HttpRequest): string | null {
  const fromQuery = request.query.get('filename')
  if (fromQuery !== null) return fromQuery
  const header = request.header('content-disposition')
  if (header === null) return null
  const extended = EXTENDED.exec(header)?.[1]
  if (extended !== undefined) return decodeExtended(extended)
  const quoted = QUOTED.exec(header)?.[1]
  return quoted !== undefined ? latin1ToUtf8(quoted.replace(/\\(.)/g, '$1')) : (TOKEN.exec(header)?.[1] ?? null)
}

function decodeExtended(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new StowageError('invalid_request', 'The filename* of Content-Disposition is malformed.', { cause })
  }
}

// Header bytes arrive as Latin-1; clients that send raw UTF-8 mean UTF-8.
function latin1ToUtf8(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of Latin-1 is meant
  if (/[^\u0000-\u00ff]/.test(text)) return text
  const bytes = Buffer.from(text, 'latin1')
  const utf8 = bytes.toString('utf8')
  return utf8.includes('\ufffd') ? text : utf8
}
