import { type ErrorDetails, errorStatus, isStowageError, StowageError, type StowageErrorCode } from '@stowage/core/contracts'
import { isMultipartError } from '@stowage/multipart'
import type { PresentableError } from '../profile/present.ts'
import { jsonPointer } from './json-pointer.ts'

const titles: Readonly<Record<StowageErrorCode, string>> = {
  aborted: 'The request was given up.',
  already_exists: 'It already exists.',
  bad_gateway: 'A service behind this one failed.',
  checksum_mismatch: 'The bytes do not have the digest that was announced.',
  conflict: 'It was changed by someone else at the same time.',
  content_too_large: 'The body is too large.',
  forbidden: 'You may not do this.',
  insufficient_storage: 'There is no room left.',
  internal: 'Something went wrong here.',
  invalid_cursor: 'The cursor is not valid for this list.',
  invalid_key: 'The key is not valid.',
  invalid_request: 'The request is not valid.',
  method_not_allowed: 'This method is not allowed here.',
  not_acceptable: 'Nothing that is acceptable can be sent.',
  not_found: 'There is nothing here.',
  precondition_failed: 'It is not in the state you named.',
  precondition_required: 'Name the state you expect in If-Match.',
  quota_exceeded: 'The quota is used up.',
  range_not_satisfiable: 'The range lies outside the content.',
  rate_limited: 'Too many requests; wait and try again.',
  request_timeout: 'The request took too long to arrive.',
  timeout: 'It took too long; try again.',
  unauthenticated: 'Send valid credentials.',
  unavailable: 'The service is not available just now; try again.',
  unprocessable: 'The content is not valid.',
  unsupported: 'This is not supported here.',
  unsupported_media_type: 'This content type is not taken here.',
}

/** One short sentence for a code, the same each time. */
export function titleOf(code: StowageErrorCode): string {
  return titles[code]
}

/** Brings whatever was thrown into the one error class; what is not known becomes `internal` with its cause. */
export function toStowageError(error: unknown): StowageError {
  if (isStowageError(error)) return error
  if (isMultipartError(error) && error.status < 500) {
    const code: StowageErrorCode =
      error.status === 413 ? 'content_too_large' : error.status === 415 ? 'unsupported_media_type' : 'invalid_request'
    return new StowageError(code, error.message, {
      details: { reason: error.code, ...(error.limit !== undefined && { limit: error.limit }) },
      cause: error,
    })
  }
  if (isSchemaError(error)) return schemaError(error)
  return new StowageError('internal', 'An unexpected error.', { cause: error })
}

/** What zod throws, of any copy of it: `present`, `patch` and `details` functions may parse with theirs. */
interface SchemaError extends Error {
  readonly issues: readonly {
    readonly code?: string
    readonly keys?: readonly string[]
    readonly path: readonly PropertyKey[]
    readonly message: string
  }[]
}
function isSchemaError(error: unknown): error is SchemaError {
  return error instanceof Error && error.name === 'ZodError' && 'issues' in error && Array.isArray(error.issues)
}

/** 400 for members nobody knows, 422 for known ones with wrong values. RFC 6901 pointers say where. */
function schemaError(error: SchemaError): StowageError {
  const unknown = error.issues.flatMap(issue => (issue.code === 'unrecognized_keys' ? (issue.keys ?? []) : []))
  if (unknown.length > 0) {
    const names = unknown.map(name => JSON.stringify(name.slice(0, 100))).slice(0, 5)
    return new StowageError('invalid_request', `The body has members that are not known here: ${names.join(', ')}.`, {
      details: { field: unknown[0] },
      cause: error,
    })
  }
  const issues = error.issues.map(issue => ({ pointer: jsonPointer(issue.path), message: issue.message }))
  const [first] = issues
  return new StowageError('unprocessable', `${first?.pointer ?? ''} ${first?.message ?? 'is not valid'}`.trim(), {
    details: { issues },
    cause: error,
  })
}

/** A request of the tus protocol whose bytes do not have its checksum: it has a status of its own. */
const CHUNK_CHECKSUM = 'chunk_checksum'

/** The one server-side mistake whose message helps whoever calls, since only a developer ever sees it. */
export const BODY_ALREADY_READ = 'body_already_read'

/** What a client may learn of an error. Errors of ours (5xx) lose their message and details. */
export function presentable(error: StowageError, requestId: string): PresentableError {
  const status = error.details.reason === CHUNK_CHECKSUM ? 460 : errorStatus[error.code]
  const open = status < 500 || error.code === 'unsupported' || error.details.reason === BODY_ALREADY_READ
  const { issues, ...details } = open ? error.details : ({} as ErrorDetails)
  const errors = issuesOf(issues)
  const [first] = errors
  // Profiles that name one faulty field find it here, however the error arose.
  const field = details.field ?? (first ? fieldAt(first.pointer) : undefined)
  return {
    code: error.code,
    status,
    message: open ? error.message : titles[error.code],
    details: field === undefined ? details : { ...details, field },
    errors,
    requestId,
  }
}

/** The innermost name of a pointer: `/tags/0` speaks of `tags`. */
function fieldAt(pointer: string): string | undefined {
  return pointer.split('/').findLast(part => !/^\d*$/.test(part))
}

function issuesOf(issues: unknown): { pointer: string; detail: string }[] {
  if (!Array.isArray(issues)) return []
  return issues.map(({ pointer, message }: { pointer: string; message: string }) => ({ pointer, detail: message }))
}
