import { StowageError } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'
import { ifRangeHolds } from './conditions.ts'
import { type ContentRange, readRange } from './range.ts'

/**
 * The part of the content that a request asks for; null for all of it.
 * @throws StowageError `range_not_satisfiable`
 */
export function wantedRange(
  request: HttpRequest,
  content: { readonly etag: string; readonly sizeBytes: number },
): ContentRange | null {
  // RFC 9110 §14.2: Range is defined for GET alone.
  const header = request.method === 'GET' ? request.header('range') : null
  if (header === null || !ifRangeHolds(request.header('if-range'), content.etag)) return null
  const range = readRange(header, content.sizeBytes)
  if (range !== 'unsatisfiable') return range
  throw new StowageError('range_not_satisfiable', `The content has ${content.sizeBytes} bytes; the range begins after them.`, {
    details: { sizeBytes: content.sizeBytes },
  })
}
