import type { Readable } from 'node:stream'
import type { StorageBody } from '@stowage/core/contracts'

/** One request to the service. */
export interface ServiceRequest {
  /** What it is for, as in "Could not store …". */
  readonly doing: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Behind the endpoint, encoded; or a whole URL that the service gave. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RequestBody
  readonly signal?: AbortSignal | undefined
}

export interface RequestBody {
  /** Made anew for each try. */
  readonly chunks: () => Iterable<Uint8Array> | StorageBody
  /** Absent: sent in chunks, as many as there are. */
  readonly sizeBytes?: number
  readonly contentType?: string
}

export interface ServiceAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface StreamedAnswer {
  readonly status: number
  readonly headers: Headers
  readonly stream: Readable
}

export const jsonBody = (value: unknown): RequestBody => {
  const bytes = Buffer.from(JSON.stringify(value))
  return { chunks: () => [bytes], sizeBytes: bytes.byteLength, contentType: 'application/json; charset=UTF-8' }
}

const PIECE_BYTES = 64 * 1024

/** For a body: of many bytes at once a copy would be made, encrypted, before the first of them leaves. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) yield bytes.subarray(start, start + PIECE_BYTES)
}
