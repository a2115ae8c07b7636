export interface OpenUrlOptions {
  /** Where the origin announces more, or sends more, it is refused. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

/** A file at an URL, its headers read and its body not yet. */
export interface OpenedUrl {
  /** Must be read to its end or returned, which lets go of it even before its first byte. @throws StowageError `content_too_large`, `timeout`, `bad_gateway`, `aborted` */
  readonly body: AsyncIterable<Uint8Array>
  /** What the origin says it is: believed only where the bytes agree. */
  readonly contentType: string | null
  /** From Content-Disposition, else from the last URL's path; null where neither has one. */
  readonly filename: string | null
  /** Announced, where the body is as it lies there. */
  readonly sizeBytes: number | null
}

/**
 * Opens files at the URLs that strangers name. It alone decides what may be connected to.
 * @throws StowageError `unprocessable` for every URL that may not be or can't be reached, with one and the same message; `content_too_large`,
 * `timeout`, `bad_gateway`, or `unprocessable` with its status, once a permitted origin has answered
 */
export interface UrlImporter {
  readonly name: string
  open(url: string, options: OpenUrlOptions): Promise<OpenedUrl>
  close?(): Promise<void>
}
