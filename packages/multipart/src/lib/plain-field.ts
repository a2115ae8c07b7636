import { Buffer } from 'node:buffer'
import type { DelimiterFinder } from './delimiter-finder.ts'
import type { MultipartLimits } from './limits.ts'
import type { FieldPart } from './part.ts'
import { decodeUtf8 } from './text.ts'

const OPENING = Buffer.from('\r\nContent-Disposition: form-data; name="')
const CLOSING = Buffer.from('"\r\n\r\n')
const QUOTE = 34
const PERCENT = 37
const BACKSLASH = 92

/**
 * Shortcut for the field that nearly all are: whole in the chunk, with the one header that browsers write and a name in
 * plain ASCII. It takes no other and reports no error: what it leaves, the full reader reads.
 */
export class PlainFieldReader {
  readonly #finder: DelimiterFinder
  readonly #nameBytes: number
  readonly #headerBytes: number
  readonly #fieldBytes: number
  /** Where the field last read ended, after the boundary that follows it. */
  end = 0

  constructor(finder: DelimiterFinder, limits: MultipartLimits) {
    this.#finder = finder
    this.#nameBytes = limits.nameBytes
    this.#headerBytes = limits.headerBytes
    this.#fieldBytes = limits.fieldBytes
  }

  /** The field whose head begins at `position`, right after a boundary; null where it is no plain one. */
  read(bytes: Buffer, position: number): FieldPart | null {
    if (!startsWith(bytes, position, OPENING)) return null
    const nameStart = position + OPENING.length
    const nameEnd = endOfPlainName(bytes, nameStart)
    if (nameEnd === nameStart || nameEnd - nameStart > this.#nameBytes) return null
    if (!startsWith(bytes, nameEnd, CLOSING)) return null
    const valueStart = nameEnd + CLOSING.length
    if (valueStart - position - 2 > this.#headerBytes) return null
    const valueEnd = this.#finder.find(bytes, valueStart - 2)
    if (valueEnd < valueStart || valueEnd - valueStart > this.#fieldBytes) return null
    // Decoded in one go: the name is ASCII, so that bytes and characters count alike up to the value.
    const text = decodeUtf8(bytes, nameStart, valueEnd)
    const name = text?.slice(0, nameEnd - nameStart)
    if (text === null || name === undefined || name === '_charset_') return null
    this.end = valueEnd + this.#finder.delimiter.length
    return { kind: 'field', name, value: text.slice(valueStart - nameStart), contentType: undefined }
  }
}

function startsWith(bytes: Buffer, position: number, expected: Buffer): boolean {
  if (position + expected.length > bytes.length) return false
  for (let at = 0; at < expected.length; at++) if (bytes[position + at] !== expected[at]) return false
  return true
}

function endOfPlainName(bytes: Buffer, start: number): number {
  let at = start
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte < 32 || byte > 126 || byte === QUOTE || byte === PERCENT || byte === BACKSLASH) break
  }
  return at
}
