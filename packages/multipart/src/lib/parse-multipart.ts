import { boundaryOf, checkBoundary } from './boundary.ts'
import { FormScanner } from './form-scanner.ts'
import { type MultipartLimits, resolveLimits } from './limits.ts'
import type { MultipartPart } from './part.ts'
import { PartStream } from './part-stream.ts'

/** Where the body comes from: a Node `Readable`, a web `ReadableStream` and a generator each are one. */
export type MultipartSource = AsyncIterable<Uint8Array>

export type ParseMultipartOptions = {
  readonly limits?: Partial<MultipartLimits> | undefined
  /** Ends the parsing: every reader rejects with its reason. */
  readonly signal?: AbortSignal | undefined
} & (
  | { /** Content-Type of the request. */ readonly contentType: string | null | undefined; readonly boundary?: never }
  | { /** The boundary alone, unquoted. */ readonly boundary: string; readonly contentType?: never }
)

/**
 * Parses a multipart/form-data body while it arrives.
 * Each file is read to its end, or discarded, before the next part is asked for; a source chunk is asked for only while
 * a reader waits. Ending the iteration early returns the source's iterator, which destroys a Node stream unless it was
 * made by `stream.iterator({ destroyOnReturn: false })`.
 * @returns the parts in their order; iterate once
 * @throws MultipartError at once: `not_multipart`, `invalid_boundary`; while iterating, from parts and bodies alike:
 * every other code, the source's own error, or the signal's reason; RangeError for an impossible limit
 * @see RFC 7578, RFC 2046 §5.1
 */
export function parseMultipart(
  source: MultipartSource,
  options: ParseMultipartOptions,
): AsyncIterableIterator<MultipartPart, undefined> {
  const { boundary, contentType, signal } = options
  const checked = boundary === undefined ? boundaryOf(contentType) : checkBoundary(boundary)
  return new PartStream(source, new FormScanner(checked, resolveLimits(options.limits)), signal)
}
