import type { Actor } from '@stowage/core'

/** One request, as every binding hands it over. Nothing of it is decoded, buffered or trusted yet. */
export interface HttpRequest {
  /** Upper case, as sent. */
  readonly method: string
  /** Raw path below the mount point, still percent-encoded. */
  readonly path: string
  /** Path under which a router mounted the api; `''` at the root. */
  readonly mountPath: string
  readonly query: URLSearchParams
  /** Value of a header, repeated lines joined by `, `; null when absent. `name` in lower case. */
  header(name: string): string | null
  /** Each line of a header by itself, where the runtime can tell them apart. */
  headerLines(name: string): readonly string[]
  /** Null when the request has none. Reading it is what asks the client to continue. */
  readonly body: AsyncIterable<Uint8Array> | null
  /** Whether the binding keeps no chunk of the body, so that its memory may be taken back once it is stored. */
  readonly disposableChunks: boolean
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
  readonly remoteAddress: string | null
  /** Whether the binding can send an open local file. */
  readonly takesLocalFiles: boolean
  /** What the binding was given: an `IncomingMessage` (with what your middleware put on it), a `Request`, or the context of a framework. */
  readonly native: unknown
}

/** Where the router of a framework found a request to be. For bindings. */
export interface RequestPlace {
  /** Raw path below the mount point. */
  readonly path: string
  /** Raw path of the mount point; `''` at the root. */
  readonly mountPath: string
  /** For `HttpRequest.native`. */
  readonly native: unknown
}

/**
 * Says who sends a request. Null: nobody in particular.
 * @throws StowageError `unauthenticated` where credentials were sent and are wrong
 */
export interface Authenticate {
  (request: HttpRequest): Actor | null | undefined | Promise<Actor | null | undefined>
  /** For `WWW-Authenticate`. Default `Bearer`. */
  readonly challenge?: string
  /** Query parameters that carry credentials, which lists must then not refuse. */
  readonly queryParams?: readonly string[]
  /** Headers beside Authorization, and cookies, that carry credentials: for the OpenAPI document. */
  readonly headers?: readonly string[]
  readonly cookies?: readonly string[]
}
