import { StowageError } from '../contracts/errors.ts'
import type { ByteRange } from '../contracts/storage.ts'

/**
 * Resolves a range against an object's size, for drivers.
 * @returns inclusive offsets; null where the whole object was asked for
 * @throws StowageError `invalid_request`; `range_not_satisfiable`, with `sizeBytes` in its details
 * @see RFC 9110 §14.1.2
 */
export function resolveRange(range: ByteRange | undefined, sizeBytes: number): { start: number; end: number } | null {
  if (!range) return null
  assertRange(range)
  const start = 'suffix' in range ? Math.max(0, sizeBytes - range.suffix) : range.start
  if (start >= sizeBytes) {
    throw new StowageError('range_not_satisfiable', `The range ${JSON.stringify(range)} lies outside the ${sizeBytes} bytes.`, {
      details: { sizeBytes },
    })
  }
  const end = 'suffix' in range || range.end === undefined ? sizeBytes - 1 : Math.min(range.end, sizeBytes - 1)
  return { start, end }
}

/** @throws StowageError `invalid_request` */
export function assertRange(range: ByteRange): void {
  const bound = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
  const valid =
    'suffix' in range
      ? bound(range.suffix)
      : bound(range.start) && (range.end === undefined || (bound(range.end) && range.end >= range.start))
  if (valid) return
  throw new StowageError(
    'invalid_request',
    `The range ${JSON.stringify(range)} is not of whole numbers from 0 in ascending order.`,
  )
}
