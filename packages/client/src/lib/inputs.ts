import type { UploadWay } from './upload/upload-task.ts'
import type { AssetType, JsonObject, Visibility } from './wire.ts'

/** Bytes to send. A stream is read once, and only where fetch can stream a request (Node; Chromium over HTTP/2). */
export type UploadSource = Blob | ArrayBuffer | Uint8Array | AsyncIterable<Uint8Array>

export interface RequestOptions {
  /** Aborting rejects with the signal's reason, an `AbortError` by default. */
  readonly signal?: AbortSignal | undefined
}

export interface UploadProgress {
  /** Bytes of the file that were sent. */
  readonly loaded: number
  /** Bytes of the file; null for a stream. */
  readonly total: number | null
  /** 0 to 1; null for a stream. */
  readonly fraction: number | null
}

export interface SendOptions extends RequestOptions {
  /** Default: the file's own name. */
  readonly filename?: string | undefined
  /** Default: the file's own type. The API believes it only where the bytes agree. */
  readonly contentType?: string | undefined
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
  /**
   * How long a connection may stand still before it counts as lost; four times as long for an answer, once everything was sent: the API may be checking
   * the file. Default 30,000; `Infinity` waits for ever. A stream is not watched: its source may rest.
   */
  readonly stallMs?: number | undefined
}

/** Bytes to send, for the option `send` of a client. */
export interface BodyRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Blob | FormData
  readonly credentials: RequestCredentials
  /** Aborted when it is cancelled or paused, and when it stands still: reject with its reason. */
  readonly signal: AbortSignal
  /** To be told, as the body goes, how many of its bytes were sent, and how many there are. Nothing that was never told of counts as standing still. */
  onSent(bytes: number, of: number): void
}

/** An answer that was read, whatever its status. Where none came, `send` rejects with an AssetClientError of the code `network`. */
export interface BodyAnswer {
  readonly status: number
  readonly text: string
  /** Value of a response header. */
  header(name: string): string | null
}

/** What can be said of an asset besides its bytes. */
export interface AssetDetails {
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly visibility?: Visibility | undefined
  readonly tags?: readonly string[] | undefined
  readonly metadata?: JsonObject | undefined
  /** The kind's declared fields. */
  readonly fields?: JsonObject | undefined
}

export interface UploadOptions extends SendOptions, AssetDetails {
  /**
   * `request`: one request to the API. `direct`: straight to the storage. `resumable`: to the API, in chunks. `auto`: streams and small files in one
   * request, others direct, resumable or in one request, whichever the API offers first. Default `auto`.
   */
  readonly way?: 'auto' | UploadWay | undefined
  /** Files up to this go in one request, if it is left to `auto`. Default 8 MiB. */
  readonly largeAboveBytes?: number | undefined
  /** What the bytes must have: 64 lower-case hexadecimal digits. Direct and resumable uploads only; `auto` takes one of them. */
  readonly sha256?: string | undefined
  /** How often each request, part or chunk is tried again. Default 3; a stream is not. */
  readonly retries?: number | undefined
  /** Before the first time; doubles each time, up to 30 s. Default 500. */
  readonly retryDelayMs?: number | undefined
  /**
   * Remembers the direct or resumable upload of a `File` by its name, size and time, so that the same call goes on with it after a reload:
   * `localStorage`, or anything like it. Default: nothing is remembered.
   */
  readonly resume?: ResumeStore | undefined
  /** Of a direct upload: in one PUT, in one form, or in parts. Default: what suits the size, as the storage can. */
  readonly method?: 'put' | 'post' | 'multipart' | undefined
  /** Of a direct upload: parts on their way at the same time. Default 3. */
  readonly partsAtOnce?: number | undefined
  /** Of a resumable upload: bytes of a request. Default 16 MiB. */
  readonly chunkBytes?: number | undefined
}

/** What `localStorage` can do; may answer later. */
export interface ResumeStore {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>
  setItem(key: string, value: string): unknown
  removeItem(key: string): unknown
}

export interface WriteOptions extends RequestOptions {
  /** The ETag the asset must still have: `precondition_failed` otherwise. */
  readonly ifMatch?: string | undefined
}

export interface ReplaceOptions extends SendOptions, WriteOptions {}

/** A merge-patch (RFC 7396): null removes, arrays replace. */
export interface AssetPatch {
  readonly title?: string | null
  readonly description?: string | null
  readonly filename?: string
  readonly visibility?: Visibility
  readonly fields?: JsonObject
  readonly metadata?: JsonObject | null
  /** A list replaces all; the other form takes some away, then adds some. */
  readonly tags?: readonly string[] | TagChange | null
}

export interface TagChange {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
}

type FilterValue = string | number | boolean

export interface ListOptions extends RequestOptions {
  /** Any of several, where it is an array. */
  readonly type?: AssetType | readonly AssetType[] | undefined
  readonly visibility?: Visibility | undefined
  /** At least one of these. */
  readonly tags?: readonly string[] | undefined
  /** Each of these. */
  readonly 'tags[all]'?: readonly string[] | undefined
  /** Every word must occur in title, description, filename or a tag. */
  readonly search?: string | undefined
  /** Words that the text of the file must hold, each whole. */
  readonly words?: string | undefined
  /** True: what says most about `words` first; not together with `sort`. */
  readonly ranked?: boolean | undefined
  /** `createdAt`, or what else the API sorts by, with `-` in front for descending. Default `-createdAt`. */
  readonly sort?: string | undefined
  /** Items on a page. Default: the API's, 50. */
  readonly limit?: number | undefined
  /** From the page before. */
  readonly cursor?: string | undefined
  /** Declared fields, bounds such as `createdAt[gte]`, and any other query parameter of the API. */
  readonly filter?: Readonly<Record<string, FilterValue | readonly FilterValue[] | undefined>> | undefined
}

export interface GenerateInput extends AssetDetails {
  /** 1 to 4000 characters. */
  readonly prompt: string
  /** Default `1:1`. */
  readonly aspectRatio?: '1:1' | '16:9' | '9:16' | '4:3' | '3:4' | undefined
  readonly filename?: string | undefined
}

export interface DownloadOptions extends RequestOptions {
  /** Name of a picture made from the bytes, instead of the bytes. */
  readonly derivative?: string | undefined
  /** Inclusive byte offsets. Default: everything. */
  readonly range?: { readonly start: number; readonly end?: number } | { readonly suffix: number } | undefined
}

export interface LinkOptions extends RequestOptions {
  /** 1 to 604,800. Default: the API's, 900. */
  readonly expiresInSeconds?: number | undefined
}
