import { type ByteRange, StowageError } from '@stowage/core/contracts'

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/**
 * Resolves a range against a size; both ends inclusive. Null: the whole object was asked for.
 * @throws StowageError `invalid_request`, `range_not_satisfiable`
 */
export function resolveRange(range: ByteRange | undefined, sizeBytes: number): { start: number; end: number } | null {
  if (!range) return null
  if ('suffix' in range) {
    if (!isOffset(range.suffix)) throw malformed(range)
    if (range.suffix === 0 || sizeBytes === 0) throw unsatisfiable(range, sizeBytes)
    return { start: Math.max(0, sizeBytes - range.suffix), end: sizeBytes - 1 }
  }
  const { start, end } = range
  if (!isOffset(start) || (end !== undefined && (!isOffset(end) || end < start))) throw malformed(range)
  if (start >= sizeBytes) throw unsatisfiable(range, sizeBytes)
  return { start, end: Math.min(end ?? sizeBytes - 1, sizeBytes - 1) }
}

function malformed(range: ByteRange): StowageError {
  return new StowageError('invalid_request', `The byte range ${JSON.stringify(range)} is not a range of whole, positive offsets.`)
}

function unsatisfiable(range: ByteRange, sizeBytes: number): StowageError {
  return new StowageError(
    'range_not_satisfiable',
    `The byte range ${JSON.stringify(range)} lies outside the ${sizeBytes} bytes.`,
    {
      details: { sizeBytes },
    },
  )
}
