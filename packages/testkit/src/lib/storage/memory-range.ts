import { type ByteRange, StowageError } from '@stowage/core/contracts'

/** @throws `invalid_request`, `range_not_satisfiable` */
export function resolveRange(range: ByteRange | undefined, sizeBytes: number): { start: number; end: number } | null {
  if (!range) return null
  const offsets = 'suffix' in range ? [range.suffix] : [range.start, range.end ?? range.start]
  const [first = 0, last = first] = offsets
  if (offsets.some(offset => !Number.isSafeInteger(offset) || offset < 0) || last < first) {
    throw new StowageError('invalid_request', `${JSON.stringify(range)} is no byte range.`)
  }
  const start = 'suffix' in range ? Math.max(0, sizeBytes - first) : first
  if (start >= sizeBytes) {
    throw new StowageError('range_not_satisfiable', `${JSON.stringify(range)} lies outside the ${sizeBytes} bytes.`, {
      details: { sizeBytes },
    })
  }
  const end = 'suffix' in range || range.end === undefined ? sizeBytes - 1 : Math.min(range.end, sizeBytes - 1)
  return { start, end }
}
