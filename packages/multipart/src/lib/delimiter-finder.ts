import { Buffer } from 'node:buffer'

const CR = 13
/** Searched at once: short enough for the native search to stay in its fast first stage where CR is rare. */
const WINDOW = 16 * 1024
/** Searched before anything else: the end of a small field is near. */
const NEAR = 512
/** A prime, so that no period of hostile bytes hides its CRs from the samples. */
const SAMPLE_STRIDE = 251

/**
 * Finds the delimiter CRLF `--` boundary in a chunk.
 * Where CR is rare, the native search is fastest. Where it is not, two Horspool cursors run at once, so that the
 * processor overlaps their reads, until near misses cost too much. Each is linear: CR occurs in the delimiter only
 * as its first byte, so that no two comparisons that get past it overlap.
 */
export class DelimiterFinder {
  readonly delimiter: Buffer
  readonly #last: number
  /** How far the cursor moves on a byte; 0 on the delimiter's last. */
  readonly #skip: Uint8Array
  /** How far it moves on the delimiter's last byte where the rest differs. */
  readonly #skipOnLast: number
  /** Bytes that may still be compared in vain in this window. */
  #budget = 0

  constructor(boundary: string) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.#last = this.delimiter.length - 1
    this.#skip = new Uint8Array(256).fill(this.delimiter.length)
    for (let at = 0; at < this.#last; at++) this.#skip[this.delimiter[at] as number] = this.#last - at
    const lastByte = this.delimiter[this.#last] as number
    this.#skipOnLast = this.#skip[lastByte] as number
    this.#skip[lastByte] = 0
  }

  /** Index of the first delimiter at or after `from`; -1 where there is none. */
  find(bytes: Buffer, from: number): number {
    const length = bytes.length
    const near = Math.min(length, from + NEAR)
    let found = this.#walk(bytes, from, near)
    let end = near
    while (found < 0 && end < length) {
      const start = Math.max(from, end - this.#last)
      end = length - start < WINDOW * 1.5 ? length : start + WINDOW
      found = hasCr(bytes, start, end) ? this.#walkTwice(bytes, start, end) : this.#native(bytes, start, end)
    }
    return found
  }

  #native(bytes: Buffer, start: number, end: number): number {
    const at = bytes.subarray(start, end).indexOf(this.delimiter)
    return at < 0 ? -1 : at + start
  }

  /** Horspool's search of `[start, end)` with one cursor on the delimiter's last byte. */
  #walk(bytes: Buffer, start: number, end: number): number {
    const skip = this.#skip
    const last = this.#last
    let at = start + last
    while (at < end) {
      const step = skip[bytes[at] as number] as number
      if (step > 0) at += step
      else if (this.#matches(bytes, at - last)) return at - last
      else at += this.#skipOnLast
    }
    return -1
  }

  /** The same with one cursor in each half. */
  #walkTwice(bytes: Buffer, start: number, end: number): number {
    const skip = this.#skip
    const last = this.#last
    const skipOnLast = this.#skipOnLast
    const firstEnd = start + ((end - start) >> 1) + last
    let first = start + last
    let second = firstEnd
    this.#budget = (end - start) >> 3
    while (first < firstEnd && second < end && this.#budget > 0) {
      const firstStep = skip[bytes[first] as number] as number
      const secondStep = skip[bytes[second] as number] as number
      if (firstStep > 0) first += firstStep
      else if (this.#matches(bytes, first - last)) return first - last
      else first += skipOnLast
      if (secondStep > 0) second += secondStep
      else if (this.#matches(bytes, second - last)) break
      else second += skipOnLast
    }
    if (this.#budget <= 0) return this.#native(bytes, first - last, end)
    const found = this.#walk(bytes, first - last, firstEnd)
    return found < 0 ? this.#walk(bytes, second - last, end) : found
  }

  /** Compares from both ends, for near misses differ at either. */
  #matches(bytes: Buffer, start: number): boolean {
    if (bytes[start] !== CR) return false
    const delimiter = this.delimiter
    let low = 1
    let high = this.#last
    while (low <= high) {
      if (bytes[start + low] !== delimiter[low] || bytes[start + high] !== delimiter[high]) {
        this.#budget -= low
        return false
      }
      low++
      high--
    }
    return true
  }
}

function hasCr(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += SAMPLE_STRIDE) if (bytes[at] === CR) return true
  return false
}
