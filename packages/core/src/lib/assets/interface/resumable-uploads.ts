import type { Asset, AssetDetails } from './asset.ts'

/** A file that comes in requests, each of which goes on where the one before ended, and what its asset is to be. */
export interface CreateResumableInput extends AssetDetails {
  /** Exact; absent where it is not known yet. */
  readonly sizeBytes?: number | null
  /** What the sender says it is: believed only where the bytes agree. */
  readonly contentType?: string
  /** SHA-256 the whole file must have, lower-case hexadecimal. */
  readonly sha256?: string
  /** Text that is given back as it is, at most 16 Ki characters. */
  readonly senderNote?: string
}

/** Bytes that follow those that came before. */
export interface AppendInput {
  /** Where they begin: as many as have come before. */
  readonly offsetBytes: number
  readonly body: AsyncIterable<Uint8Array>
  /** How many these are, where that is known. */
  readonly lengthBytes?: number
  /** The size of the file, where it was not known until now. */
  readonly declareBytes?: number
  /** Of these bytes: none of them is kept unless they have it. */
  readonly checksum?: ChunkChecksum
  /** Ends them; what has come until then is kept. */
  readonly signal?: AbortSignal
}

export interface ChunkChecksum {
  readonly algorithm: 'sha256' | 'sha1' | 'md5' | 'crc32'
  /** Hexadecimal. */
  readonly value: string
}

/** A file on its way, request by request. */
export interface ResumableUpload {
  /** 32 hexadecimal digits; of use to whoever began it only. */
  readonly id: string
  /** `open`: more bytes may come. `verifying`: they are being looked at. `done`: `asset` is there. `failed`: `error` says why, and it is over. */
  readonly state: 'open' | 'verifying' | 'done' | 'failed'
  /** As many bytes are kept for certain. */
  readonly offsetBytes: number
  /** Null while it is not known. */
  readonly sizeBytes: number | null
  readonly senderNote: string
  /** When it ends by itself; later once more bytes have come. */
  readonly expiresAt: Date
  readonly asset: Asset | null
  readonly error: string | null
}
