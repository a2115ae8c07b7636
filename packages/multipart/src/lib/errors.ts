import type { LimitName } from './limits.ts'

/** Every code a {@link MultipartError} can carry, with the HTTP status that answers it. */
export const multipartErrorStatus = {
  /** The Content-Type is missing or is not `multipart/form-data`. */
  not_multipart: 415,
  /** The boundary parameter is missing, empty, given twice, over 70 characters, or holds a character RFC 2046 excludes. */
  invalid_boundary: 400,
  /** The body ended before its closing boundary. */
  truncated: 400,
  /** Something else than a line end or `--` follows a boundary. */
  malformed_boundary: 400,
  preamble_too_long: 400,
  epilogue_too_long: 400,
  /** A header line is folded, has no name, or holds a bare CR or LF or another control character. */
  malformed_header: 400,
  duplicate_header: 400,
  /** Content-Disposition is missing, is not `form-data`, or cannot be read without guessing. */
  malformed_disposition: 400,
  duplicate_parameter: 400,
  /** Content-Disposition has no `name`, or an empty one. */
  missing_name: 400,
  invalid_utf8: 400,
  unsupported_charset: 400,
  /** A Content-Transfer-Encoding other than `7bit`, `8bit` and `binary`. */
  unsupported_encoding: 400,
  nested_multipart: 400,
  headers_too_large: 400,
  name_too_long: 400,
  too_many_parts: 413,
  too_many_fields: 413,
  too_many_files: 413,
  field_too_large: 413,
  file_too_large: 413,
  body_too_large: 413,
  /** The caller asked for the next part while a file was neither read to its end nor discarded. */
  file_not_read: 500,
  /** The caller read a file after ending the iteration of parts. */
  cancelled: 500,
} as const satisfies Record<string, number>

export type MultipartErrorCode = keyof typeof multipartErrorStatus

export interface MultipartErrorOptions {
  limit?: LimitName | undefined
  partIndex?: number | undefined
}

/**
 * The one error class of this package. `message` says what is wrong, where, and what to do.
 * `limit` names the limit that was passed; `partIndex` counts parts from 0.
 */
export class MultipartError extends Error {
  override readonly name = 'MultipartError'
  readonly code: MultipartErrorCode
  readonly limit: LimitName | undefined
  readonly partIndex: number | undefined

  constructor(code: MultipartErrorCode, message: string, options: MultipartErrorOptions = {}) {
    super(options.partIndex === undefined ? message : `Part ${options.partIndex}: ${message}`)
    this.code = code
    this.limit = options.limit
    this.partIndex = options.partIndex
  }

  /** HTTP status for this code: 400 malformed, 413 over a limit, 415 another media type, 500 a mistake of the caller. */
  get status(): 400 | 413 | 415 | 500 {
    return multipartErrorStatus[this.code]
  }
}

/** True for a {@link MultipartError} of any copy of this package, of one of `codes` where they are given. */
export function isMultipartError(error: unknown, ...codes: MultipartErrorCode[]): error is MultipartError {
  if (!(error instanceof Error) || error.name !== 'MultipartError') return false
  return codes.length === 0 || codes.includes((error as MultipartError).code)
}
