import type { Visibility } from '../../contracts/asset.ts'
import type { StowageError } from '../../contracts/errors.ts'
import type { JsonObject } from '../../contracts/json.ts'
import type { AssetId } from '../../kinds/kind.ts'
import type { Asset } from './asset.ts'
import type { UploadInput } from './making.ts'

export interface ReplaceInput
  extends Pick<
    UploadInput,
    'body' | 'contentType' | 'sizeBytes' | 'atMostBytes' | 'sha256' | 'disposableChunks' | 'signal' | 'onProgress'
  > {
  /** The new bytes' name. Default: the old one stays. Where filenames are unique, a taken one fails with `already_exists`. */
  readonly filename?: string
  /** Value of an If-Match header over {@link Asset.etag} or {@link Asset.contentEtag}. */
  readonly ifMatch?: string
}

/** A merge-patch (RFC 7396) of what may change. `null` removes; arrays replace. */
export interface AssetPatch {
  readonly title?: string | null
  readonly description?: string | null
  readonly filename?: string
  readonly visibility?: Visibility
  readonly slug?: string | null
  /** Of an asset without bytes. */
  readonly externalUrl?: string
  readonly fields?: JsonObject
  readonly metadata?: JsonObject | null
  /** An array replaces all; the other form removes some, then adds some, and changes nothing else. */
  readonly tags?: readonly string[] | null | { readonly add?: readonly string[]; readonly remove?: readonly string[] }
}

export interface WriteGuard {
  /** Value of an If-Match header, compared strongly with {@link Asset.etag}; `precondition_failed` on mismatch. */
  readonly ifMatch?: string
}

/** What became of one asset of many. */
export type BulkResult =
  | { readonly id: AssetId; readonly asset: Asset | null; readonly error?: never }
  | { readonly id: AssetId; readonly error: StowageError; readonly asset?: never }
