import type { IncomingMessage } from 'node:http'
import { utf8Header } from './utf8-header.ts'

const MAX_CHARS = 1000
const EXTENDED = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]*)/i
const QUOTED = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i
const TOKEN = /;\s*filename\s*=\s*([^\s;"]+)/i

/**
 * The name that a file has where it lies: from Content-Disposition (`filename*` before `filename`), else the last segment of the URL's path.
 * @returns as it was sent, for who keeps it to clean; null where there is none
 * @see RFC 6266 §4.3
 */
export function filenameOf(response: IncomingMessage, url: URL): string | null {
  const name = fromDisposition(utf8Header(response.headers['content-disposition'] ?? '')) || decoded(lastSegment(url))
  return name?.slice(0, MAX_CHARS) || null
}

function fromDisposition(header: string): string | null {
  const extended = EXTENDED.exec(header)?.[1]
  const name = extended === undefined ? null : decoded(extended)
  if (name !== null) return name
  return QUOTED.exec(header)?.[1]?.replace(/\\(.)/g, '$1') ?? TOKEN.exec(header)?.[1] ?? null
}

function lastSegment({ pathname }: URL): string {
  return pathname.slice(pathname.lastIndexOf('/') + 1)
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not UTF-8, or no escapes at all: no name.
    return null
  }
}
