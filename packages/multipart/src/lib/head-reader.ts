import { Buffer } from 'node:buffer'
import { ByteCollector } from './byte-collector.ts'
import type { ByteInput } from './byte-input.ts'
import { MultipartError } from './errors.ts'
import { limitError, type MultipartLimits } from './limits.ts'
import { decodeUtf8 } from './text.ts'

const END = Buffer.from('\r\n\r\n')
/** The line end of the boundary, which is read with the headers but not counted. */
const UNCOUNTED = 2

/** Gathers what stands between a boundary and a part's body, bounded by `headerBytes`. */
export class HeadReader {
  readonly #limits: MultipartLimits
  readonly #collected = new ByteCollector()

  constructor(limits: MultipartLimits) {
    this.#limits = limits
  }

  /** Text up to and with the last header's CRLF; null where the head goes on in the next chunk. */
  take(input: ByteInput, partIndex: number): string | null {
    if (this.#collected.length > 0) return this.#resume(input, partIndex)
    const { bytes, position } = input
    const at = bytes.indexOf(END, position)
    if (at < 0) return this.#resume(input, partIndex)
    const end = at + END.length
    if (end - position > this.#most) throw limitError(this.#limits, 'headerBytes', partIndex)
    input.position = end
    return decode(bytes, position, at + 2, partIndex)
  }

  get #most(): number {
    return this.#limits.headerBytes + UNCOUNTED
  }

  #resume(input: ByteInput, partIndex: number): string | null {
    const { bytes, position } = input
    const before = this.#collected.length
    const end = Math.min(bytes.length, position + this.#most - before)
    this.#collected.append(bytes, position, end)
    const head = this.#collected.bytes
    const at = head.indexOf(END, Math.max(0, before - END.length + 1))
    if (at < 0) {
      if (end < bytes.length) throw limitError(this.#limits, 'headerBytes', partIndex)
      input.position = end
      return null
    }
    input.position = position + at + END.length - before
    this.#collected.clear()
    return decode(head, 0, at + 2, partIndex)
  }
}

function decode(bytes: Buffer, start: number, end: number, partIndex: number): string {
  const text = decodeUtf8(bytes, start, end)
  if (text !== null) return text
  throw new MultipartError('invalid_utf8', 'its headers are not UTF-8. Send names in UTF-8.', { partIndex })
}
