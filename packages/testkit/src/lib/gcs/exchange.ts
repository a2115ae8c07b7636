import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'

/** A request, with the bucket of a virtual-hosted URL moved into the path. */
export interface Exchange {
  readonly method: string
  /** As sent, still encoded; path style. */
  readonly path: string
  /** As it was signed: without the bucket where the host names it. */
  readonly signedPath: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Readable
  readonly origin: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | FileSpan
}

/** Bytes of a file on disk, from `start` on. */
export interface FileSpan {
  readonly file: string
  readonly start: number
  readonly sizeBytes: number
}

export const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(value),
})

export const xml = (body: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/xml; charset=UTF-8' },
  body: `<?xml version='1.0' encoding='UTF-8'?>${body}`,
})

export const empty = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({ status, headers })
