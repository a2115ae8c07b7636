import type { Buffer } from 'node:buffer'
import type { ByteInput } from './byte-input.ts'
import type { DelimiterFinder } from './delimiter-finder.ts'

const CR = 13
/** A boundary may open the body, and may follow the empty line of a head: the delimiter's CRLF then counts as seen. */
const AFTER_CRLF = 2

/**
 * Cuts bytes at the delimiter CRLF `--` boundary, also where it straddles chunks.
 * CR occurs only as the delimiter's first byte, so at the end of a chunk there is one place where it may have begun.
 */
export class DelimiterSearch {
  /** True once the delimiter was passed, until the next part begins. */
  found = false
  readonly #finder: DelimiterFinder
  readonly #delimiter: Buffer
  /** How much of the delimiter was already seen. */
  #matched = AFTER_CRLF
  /** What of it the last chunks ended with, as they held it: content after all if the rest of the delimiter does not follow. */
  #held: Buffer[] = []
  #releasing = false

  constructor(finder: DelimiterFinder) {
    this.#finder = finder
    this.#delimiter = finder.delimiter
  }

  /** Begins a part's content. */
  begin(): void {
    this.found = false
    this.#matched = AFTER_CRLF
  }

  /** Next bytes that are not delimiter; null where the delimiter or the end of the input comes first. */
  take(input: ByteInput): Buffer | null {
    if (this.#matched > 0) this.#resume(input)
    if (this.#releasing) {
      const piece = this.#held.shift()
      if (piece !== undefined) return piece
      this.#releasing = false
    }
    if (this.found || input.used) return null
    return this.#search(input)
  }

  #search(input: ByteInput): Buffer | null {
    const { bytes, position } = input
    const at = this.#finder.find(bytes, position)
    if (at >= 0) {
      this.found = true
      const content = at > position ? input.takeUntil(at) : null
      input.position = at + this.#delimiter.length
      return content
    }
    const tail = this.#tailStart(bytes, position)
    const content = tail > position ? input.takeUntil(tail) : null
    if (tail < bytes.length) {
      this.#matched = bytes.length - tail
      this.#held.push(input.takeUntil(bytes.length))
    }
    return content
  }

  /** Where a delimiter may have begun that the chunk does not end; its length where none may. */
  #tailStart(bytes: Buffer, from: number): number {
    const first = Math.max(from, bytes.length - this.#delimiter.length + 1)
    for (let at = bytes.length - 1; at >= first; at--) {
      if (bytes[at] !== CR) continue
      return this.#delimiter.compare(bytes, at, bytes.length, 0, bytes.length - at) === 0 ? at : bytes.length
    }
    return bytes.length
  }

  /** Goes on with a delimiter that the last chunk may have begun. */
  #resume(input: ByteInput): void {
    const { bytes, position } = input
    const length = Math.min(this.#delimiter.length - this.#matched, bytes.length - position)
    if (length === 0) return
    const end = position + length
    if (this.#delimiter.compare(bytes, position, end, this.#matched, this.#matched + length) !== 0) {
      this.#matched = 0
      this.#releasing = true
      return
    }
    this.#matched += length
    if (this.#matched < this.#delimiter.length) {
      this.#held.push(input.takeUntil(end))
      return
    }
    input.position = end
    this.#matched = 0
    this.#held = []
    this.found = true
  }
}
