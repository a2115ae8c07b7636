/** Inclusive byte offsets of one range within the content. */
export interface ContentRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads a Range header against content of `sizeBytes` bytes.
 * @returns the range; `unsatisfiable` for 416; null to send everything
 * @see RFC 9110 §14.2
 */
export function readRange(header: string | null, sizeBytes: number): ContentRange | 'unsatisfiable' | null {
  if (header === null || sizeBytes === 0) return null
  // Other units, several ranges and malformed ones may all be ignored; several are, so that one request stays one read.
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header)
  if (match === null) return null
  const [first, last] = [match[1] as string, match[2] as string]
  if (first === '') return last === '' ? null : suffixRange(Number(last), sizeBytes)
  // Digits beyond 2^53 lose precision but stay far above any size.
  const [start, end] = [Number(first), last === '' ? sizeBytes - 1 : Number(last)]
  if (last !== '' && end < start) return null
  return start >= sizeBytes ? 'unsatisfiable' : { start, end: Math.min(end, sizeBytes - 1) }
}

function suffixRange(length: number, sizeBytes: number): ContentRange | 'unsatisfiable' {
  return length === 0 ? 'unsatisfiable' : { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 }
}
