/** What the elements know of an asset, whatever API it comes from. */
export interface AssetItem {
  readonly id: string
  /** Shown first. */
  readonly title: string
  readonly filename: string
  readonly contentType: string
  readonly sizeBytes: number
  /** ISO 8601; null where the API has none. */
  readonly createdAt: string | null
  readonly tags: readonly string[]
  /** A small picture of it; null shows an icon of its type. Where the source has `open`, anything but null says that there is one. */
  readonly thumbnailUrl: string | null
  /** Its bytes; null where they have no URL that works without a header. */
  readonly contentUrl: string | null
  /** Default `ready`. What is `processing` is asked for again, where the source can `reload`. */
  readonly state?: 'ready' | 'processing' | 'failed'
  /** What the API sent. The elements do not look inside. */
  readonly raw: unknown
}

/** What a list is asked for. Absent members do not filter. */
export interface AssetQuery {
  readonly search?: string
  /** Each of them, where the API can. */
  readonly tags?: readonly string[]
  /** One of the source's `types`. */
  readonly type?: string
  /** From the page before. */
  readonly cursor?: string
}

export interface AssetItemPage {
  readonly items: readonly AssetItem[]
  /** Null on the last page. */
  readonly cursor: string | null
  /** How many match the query on all pages, where the API says so. */
  readonly total?: number
}

export interface SourceUploadOptions {
  /** Bytes of the file that were sent, out of how many. */
  readonly onProgress: (progress: { readonly loaded: number; readonly total: number | null }) => void
  /** To be told that a try has failed and another one follows. The next `onProgress` says that bytes are on their way again. */
  readonly onRetry?: (error: unknown) => void
  /** Aborted when the upload is cancelled. */
  readonly signal: AbortSignal
  /** What the uploader's `fields` say of each file. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** An upload under way. */
export interface UploadHandle {
  /** As `upload` gives it. */
  readonly done: Promise<AssetItem>
  /** Sends no more for now; absent where it can't rest. @returns false where there is nothing to stop */
  pause?(): boolean
  /** Goes on; from where it was, where the API can. */
  resume?(): void
}

/** What an edit changes. */
export interface AssetItemPatch {
  readonly title?: string
}

export type AssetFilter = 'search' | 'tags' | 'type'

/**
 * What the elements need of an API. Whoever writes one binds them to any profile; {@link houseSource} is the one of the house API.
 *
 * A method that is absent takes its button away. A method that fails rejects with an `Error`; where that has a `code`, a `status` (HTTP) or
 * `retryAfterSeconds`, as an `AssetClientError` has, the elements say what can be done about it.
 */
export interface AssetSource {
  list(query: AssetQuery, options?: { readonly signal?: AbortSignal }): Promise<AssetItemPage>
  upload?(file: File, options: SourceUploadOptions): Promise<AssetItem>
  /**
   * Comes before `upload`, where an upload can be paused. Called with the same `File` object after a failure, it goes on where it was, where the API can.
   */
  start?(file: File, options: SourceUploadOptions): UploadHandle
  remove?(item: AssetItem): Promise<void>
  /** A link for others, which is copied to the clipboard. */
  link?(item: AssetItem): Promise<string>
  tag?(
    items: readonly AssetItem[],
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
  ): Promise<void>
  update?(item: AssetItem, patch: AssetItemPatch): Promise<AssetItem>
  /** As it is now; for what was `processing`. */
  reload?(item: AssetItem): Promise<AssetItem>
  /** The bytes, or a small picture of it, where reading them takes a header that an `<img>` can't send. Asked instead of the item's URLs. */
  open?(item: AssetItem, what: 'thumbnail' | 'content', options?: { readonly signal?: AbortSignal }): Promise<Blob>
  /** What `list` can filter by. Default: all three. */
  readonly filters?: readonly AssetFilter[]
  /** Types to choose from in the type filter. Default `image`, `video`, `audio`, `pdf`, `text`, `archive`. */
  readonly types?: readonly string[]
  /** What may be uploaded, as the `accept` attribute of an `<input>` says it. Default: anything. */
  readonly accept?: string
  /** Of one file. */
  readonly maxBytes?: number
  /** False where uploading is not allowed to whoever is signed in. Default true, where there is `start` or `upload`. */
  readonly canUpload?: boolean
}
