/** A part without a filename, whole. */
export interface FieldPart {
  readonly kind: 'field'
  readonly name: string
  readonly value: string
  /** As the part declares it; undefined where it declares none. */
  readonly contentType: string | undefined
}

/** What the headers of a file say. All of it comes from the client: check it before use. */
export interface FileHead {
  readonly kind: 'file'
  readonly name: string
  /** As sent: may be empty, or hold path separators and line ends. */
  readonly filename: string
  /** As the part declares it; undefined where it declares none. */
  readonly contentType: string | undefined
  /** The part's headers by lower-case name, without Content-Disposition, which `name` and `filename` have replaced. */
  readonly headers: ReadonlyMap<string, string>
}

/** A part with a filename. Its body is read once, before the next part is asked for. */
export interface FilePart extends FileHead {
  /**
   * The bytes, each chunk a view of a source chunk.
   * @throws MultipartError, or the source's own error
   */
  readonly body: AsyncIterable<Uint8Array>
  /** Reads the rest of the body and drops it. The limits still hold. */
  discard(): Promise<void>
}

export type MultipartPart = FieldPart | FilePart
