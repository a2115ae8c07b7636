import type { PutOptions, StorageAdapter } from '@stowage/core/contracts'

/** A storage that signs URLs of its own, such as `fsStorage` with `signing`. */
export interface SignedStorage extends StorageAdapter {
  /**
   * Proves that a request was signed by this storage, for its method, key and headers, and has not expired. Absent where it was not
   * set up to sign.
   * @throws StowageError `forbidden`
   */
  openSignedRequest?(request: SignedMessage): SignedAccess | Promise<SignedAccess>
}

/** The parts of a request that a signature speaks of. */
export interface SignedMessage {
  readonly method: string
  /** Absolute; its host means nothing. */
  readonly url: string
  header(name: 'content-type' | 'content-length'): string | null
}

/** What a signed request may do, and nothing else. */
export type SignedAccess = SignedGet | SignedPut | SignedPart

/** GET, or HEAD without the bytes. */
export interface SignedGet {
  readonly does: 'get'
  readonly key: string
  /** Headers that the answer must carry. Null: what storage says, or a harmless default. */
  readonly contentType: string | null
  readonly contentDisposition: string | null
  /** How long the URL still works. */
  readonly remainingSeconds: number
}

export interface SignedPut {
  readonly does: 'put'
  readonly key: string
  readonly options: Pick<PutOptions, 'sizeBytes' | 'checksum' | 'createOnly'>
}

export interface SignedPart {
  readonly does: 'putPart'
  readonly upload: { readonly key: string; readonly uploadId: string; readonly partNumber: number }
  readonly options: Pick<PutOptions, 'sizeBytes'>
}
