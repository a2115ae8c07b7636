import type { AssetType } from '../../contracts/asset.ts'
import type { AspectRatio } from '../../contracts/generator.ts'
import type { AssetDetails, Repeatable } from './asset.ts'

export interface UploadInput extends AssetDetails, Repeatable {
  readonly body: AsyncIterable<Uint8Array> | Uint8Array
  /** What the sender says it is: believed only where the bytes agree. */
  readonly contentType?: string
  /** Exact length, where the sender declared one. */
  readonly sizeBytes?: number
  /** The file is no larger, where only that is known: as much room is kept of a quota from the beginning. */
  readonly atMostBytes?: number
  /** SHA-256 the bytes must have, lower-case hexadecimal; `checksum_mismatch` otherwise. */
  readonly sha256?: string
  /** You keep no chunk of the body: its memory may be taken back as soon as it is stored, which saves collections. Default false. */
  readonly disposableChunks?: boolean
  /** Asked once after the last byte: details that arrived behind the file. They win over earlier ones. */
  readonly late?: () => AssetDetails | Promise<AssetDetails>
  readonly signal?: AbortSignal
  readonly onProgress?: (receivedBytes: number) => void
}

/** An asset without bytes of its own, or over bytes that were staged. */
export interface CreateInput extends AssetDetails, Repeatable {
  /** Where it is instead: an http or https URL without credentials, at most 2,000 characters. Makes a `link`, or what `type` says. */
  readonly externalUrl?: string
  /**
   * Id or name of a {@link StagedFile} of the same actor, kind and space: taken once. By its name, the asset has that as its filename. Not together with
   * `externalUrl` or `type`.
   */
  readonly staged?: string
  /** Default: `link` with an external URL, else `file`. */
  readonly type?: AssetType
  readonly signal?: AbortSignal
}

export type StageInput = Pick<
  UploadInput,
  'body' | 'contentType' | 'sizeBytes' | 'atMostBytes' | 'sha256' | 'disposableChunks' | 'signal' | 'onProgress' | 'filename'
>

/** A file that is stored but is no asset yet. */
export interface StagedFile {
  /** 32 hexadecimal digits; of use to whoever staged it only. */
  readonly id: string
  /** The id, a hyphen and as much of the filename as URLs hold without escapes: for APIs that hand out the path where the file will be. */
  readonly name: string
  readonly filename: string
  readonly contentType: string
  readonly type: AssetType
  readonly sizeBytes: number
  readonly sha256: string
  readonly width: number | null
  readonly height: number | null
  /** When it is removed unless an asset was made of it. */
  readonly expiresAt: Date
}

export interface GenerateInput extends AssetDetails, Repeatable {
  /** 1 to 4000 characters. */
  readonly prompt: string
  /** Default `1:1`. */
  readonly aspectRatio?: AspectRatio
  readonly signal?: AbortSignal
}

export interface ImportInput extends AssetDetails, Repeatable {
  /** Where the file lies. What may be named here, and reached, is the importer's decision. */
  readonly url: string
  /** SHA-256 the bytes must have, lower-case hexadecimal; `checksum_mismatch` otherwise. */
  readonly sha256?: string
  readonly signal?: AbortSignal
}
