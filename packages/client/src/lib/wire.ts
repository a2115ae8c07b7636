export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

export type AssetType = 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'archive' | 'link' | 'file'
export type Visibility = 'public' | 'private'

/** An asset as the house API sends it. Times are ISO 8601 texts in UTC. */
export interface Asset {
  readonly id: string | number
  readonly kind: string
  readonly space: string
  readonly createdBy: string | null
  readonly type: AssetType
  readonly state: 'uploading' | 'ready' | 'failed' | 'deleting'
  readonly processing: 'none' | 'pending' | 'done' | 'failed'
  readonly processingError: string | null
  readonly processingProgress: number | null
  readonly visibility: Visibility
  readonly title: string | null
  readonly description: string | null
  readonly slug: string | null
  readonly filename: string | null
  /** Decided from the bytes first. */
  readonly contentType: string | null
  readonly sizeBytes: number | null
  /** Lower-case hexadecimal. */
  readonly sha256: string | null
  readonly width: number | null
  readonly height: number | null
  readonly properties: JsonObject
  readonly fields: JsonObject
  readonly metadata: JsonObject
  readonly tags: readonly string[]
  readonly externalUrl: string | null
  /** What shows it in a page, where it is a video of YouTube or Vimeo. */
  readonly embedUrl: string | null
  readonly version: number
  /** Where the bytes are; null without bytes. */
  readonly url: string | null
  /** What `ifMatch` takes. */
  readonly etag: string
  /** How often its bytes were downloaded; null where that is not counted. */
  readonly downloadCount: number | null
  readonly createdAt: string
  readonly updatedAt: string
}

export interface AssetPage {
  readonly items: readonly Asset[]
  /** Null on the last page. */
  readonly cursor: string | null
  /** Absent where the API doesn't count. */
  readonly total?: { readonly count: number; readonly exact: boolean }
}

/** What became of one asset of many. */
export interface BulkResult {
  readonly id: string | number
  /** As if it had been changed alone: 204 deleted, 200 tagged, 403, 404 and so on. */
  readonly status: number
  /** The API's error, as the body of an answer would be; absent where it did not fail. */
  readonly error?: JsonObject
}

/** Whoever has the URL may read the asset until it expires. */
export interface AssetLink {
  readonly url: string
  readonly expiresAt: string
}
