import type { LocalFile } from '@stowage/core/contracts'

/** Part of an open local file, which the sender closes. `end` is exclusive. */
export interface FileBody {
  readonly file: LocalFile
  readonly start: number
  readonly end: number
}

/** What a binding sends. A body that has a length says it in `Content-Length`. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: null | string | Uint8Array | AsyncIterable<Uint8Array> | FileBody
}

/** True for a body that is an open file. */
export function isFileBody(body: HttpResponse['body']): body is FileBody {
  return typeof body === 'object' && body !== null && 'file' in body
}

/** A response that holds `value` as JSON; undefined sends no body. */
export function jsonResponse(status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse {
  if (value === undefined || status === 204) return { status, headers, body: null }
  // As text, which Node sends together with the head.
  const body = JSON.stringify(value)
  const length = String(Buffer.byteLength(body))
  return { status, headers: { 'content-type': 'application/json', 'content-length': length, ...headers }, body }
}
