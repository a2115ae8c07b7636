import type { PartInfo, PresignedRequest } from '../../contracts/storage.ts'
import type { Asset, AssetDetails } from './asset.ts'

/** How a file goes straight to the storage: in one PUT, in one form POST, or in parts. */
export type DirectMethod = 'put' | 'post' | 'multipart'

/** A file that its sender will write to the storage itself, and what its asset is to be. */
export interface BeginUploadInput extends AssetDetails {
  /** Exact. */
  readonly sizeBytes: number
  /** What the sender says it is: believed only where the bytes agree. */
  readonly contentType?: string
  /** SHA-256 the bytes must have, lower-case hexadecimal. */
  readonly sha256?: string
  /** Default: `put` up to 64 MiB, `multipart` above; where the storage signs none of the one, the other, or `post`. */
  readonly method?: DirectMethod
}

export interface CompleteUploadInput {
  /** What the sender believes to have sent, held against what is there. Default: what is there. */
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[]
  readonly signal?: AbortSignal
}

/** A file on its way to the storage, past this server. */
export interface DirectUpload {
  /** 32 hexadecimal digits; of use to whoever began it only. */
  readonly id: string
  readonly method: DirectMethod
  /** `open`: bytes may be sent. `verifying`: they are being looked at. `done`: `asset` is there. `failed`: `error` says why, and it is over. */
  readonly state: 'open' | 'verifying' | 'done' | 'failed'
  readonly sizeBytes: number
  /** When it ends by itself. */
  readonly expiresAt: Date
  /** Sends the whole file, while it is open; null where it goes in parts. */
  readonly request: PresignedRequest | null
  /** Size of each part but the last, which may be smaller; null where it goes in one piece. */
  readonly partBytes: number | null
  readonly partCount: number | null
  /** What has arrived, while it is open. */
  readonly parts: readonly PartInfo[]
  readonly asset: Asset | null
  readonly error: string | null
}

/** Sends one part. */
export interface SignedPart {
  readonly partNumber: number
  readonly request: PresignedRequest
}
