import type { AssetRecord, Visibility } from '../../contracts/asset.ts'
import type { JsonObject } from '../../contracts/json.ts'
import type { Usage } from '../../contracts/metadata.ts'
import type { AssetId, Quota } from '../../kinds/kind.ts'

/** An asset as callers see it: its row, with the id in its public form, times as dates, and ETags. */
export interface Asset extends Omit<AssetRecord, 'id' | 'uniqueName' | 'blobId' | 'createdAt' | 'updatedAt'> {
  readonly id: AssetId
  /** Strong ETag of the record, quoted. */
  readonly etag: string
  /** Strong ETag of the bytes, quoted, from their digest; null without bytes. */
  readonly contentEtag: string | null
  /** How often its bytes were downloaded; null where the kind does not count. Up to a second behind. */
  readonly downloadCount: number | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type AssetName = { readonly id: AssetId } | { readonly filename: string } | { readonly slug: string }

/** What a caller may say of an asset. */
export interface AssetDetails {
  readonly filename?: string
  readonly title?: string | null
  readonly description?: string | null
  readonly visibility?: Visibility
  /** 1 to 200 lower-case letters, digits and single hyphens between them; `already_exists` where the space has it. */
  readonly slug?: string | null
  readonly fields?: JsonObject
  readonly metadata?: JsonObject
  readonly tags?: readonly string[]
}

/** What makes an asset once, however often it is asked for. */
export interface Repeatable {
  /**
   * Names this request of this actor in this kind and space: 1 to 255 characters. The same request again within 24 hours answers with the asset that
   * it made; another with the same key is `unprocessable`, one that comes while the first is under way `conflict`.
   */
  readonly idempotencyKey?: string
}

/** What a (kind, space) holds, what is kept for uploads under way, and what it may hold. */
export interface SpaceUsage {
  readonly used: Usage
  readonly reserved: Usage
  readonly quota: Quota | null
}
