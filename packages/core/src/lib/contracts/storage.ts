/** Inclusive byte offsets. Either may be absent, not both: `{ start }` is open, `{ suffix }` the last bytes. */
export type ByteRange = { readonly start: number; readonly end?: number } | { readonly suffix: number }

export interface Checksum {
  readonly algorithm: 'sha256'
  /** Lower-case hexadecimal. */
  readonly value: string
}

/**
 * What a write says of an object: printable ASCII, as in an HTTP header, but for the values of `userMetadata`. A driver that lacks a
 * capability never sees its option: core refuses or omits it first.
 */
export interface ObjectAttributes {
  /** Absent: none is kept, or the storage's own word for unknown bytes. It is never guessed. */
  readonly contentType?: string
  readonly cacheControl?: string
  readonly contentDisposition?: string
  readonly contentLanguage?: string
  /** Names of lower-case ASCII letters, digits, `-`, `_` and `.`; any Unicode value without control characters. */
  readonly userMetadata?: Readonly<Record<string, string>>
}

export interface PutOptions extends ObjectAttributes {
  /** Exact length of the body. A body that is shorter or longer fails with `invalid_request`; nothing is stored. */
  readonly sizeBytes?: number
  /** Verified before the object becomes visible; `checksum_mismatch` otherwise. */
  readonly checksum?: Checksum
  /** Fails with `already_exists` when the key is taken; exactly one of many racers wins. */
  readonly createOnly?: boolean
  /** Fails with `precondition_failed` unless the present object has this ETag. */
  readonly ifMatch?: string
  /**
   * The body's chunks are nobody else's: a driver may take back the memory of each (`ArrayBuffer.prototype.transfer`) once its bytes are
   * written, instead of leaving it to the collector. Default false.
   */
  readonly disposableChunks?: boolean
  readonly signal?: AbortSignal
}

export interface ObjectInfo extends ObjectAttributes {
  readonly key: string
  readonly sizeBytes: number
  /** Opaque, quoted as in HTTP, the same from put, head, get and list; changes when the bytes do. */
  readonly etag: string
  /** From `put`, it may be when the storage answered: `head`, `get` and `list` agree on when it stored. */
  readonly lastModified: Date
}

export interface ObjectContent {
  readonly info: ObjectInfo
  /** The range that `body` holds, resolved against the size; null when it is the whole object. */
  readonly range: { readonly start: number; readonly end: number } | null
  /** Each yielded chunk belongs to its consumer for ever. Ending the iteration early frees every resource. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface GetOptions {
  readonly range?: ByteRange
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

export interface ListOptions {
  /** A plain string prefix, not a folder. Default: everything. */
  readonly prefix?: string
  /** Rolls keys up that have a slash behind the prefix: each such beginning is named once, in `prefixes`. */
  readonly delimiter?: '/'
  /** From an earlier page of the same prefix and delimiter; otherwise `invalid_cursor`. */
  readonly cursor?: string
  /** Of objects and prefixes together; 1 to 1000, default 1000. */
  readonly limit?: number
  readonly signal?: AbortSignal
}

export interface ObjectPage {
  /** In ascending UTF-8 byte order of their keys. Temporary and unfinished objects are never among them. */
  readonly objects: readonly ObjectInfo[]
  /** With a delimiter: what keys were rolled up to, each with its slash at the end. One order holds over both, page by page. */
  readonly prefixes?: readonly string[]
  readonly cursor: string | null
}

export interface DeleteResult {
  readonly key: string
  /** Absent: the object is gone (or never was). */
  readonly error?: Error
}

export interface StorageCapabilities {
  /** Honours `createOnly`. */
  readonly createOnly: boolean
  /** Honours `ifMatch` on put. */
  readonly conditionalPut: boolean
  /** Keeps `contentType` and the other attributes of {@link ObjectAttributes} except user metadata. */
  readonly attributes: boolean
  readonly userMetadata: boolean
  /** UTF-8 bytes of all names and values of one object's user metadata. 0 where there is none. */
  readonly maxUserMetadataBytes: number
  /** Honours `delimiter` in lists. */
  readonly delimiter: boolean
  /** False where `a` and `a/b` can't both be keys. */
  readonly keyMayBePrefix: boolean
  readonly maxKeyBytes: number
  readonly maxKeySegmentBytes: number
  /** Largest object in bytes. */
  readonly maxObjectBytes: number
  readonly copy: boolean
  readonly setAttributes: boolean
  readonly presignGet: boolean
  readonly presignPut: boolean
  readonly presignPost: boolean
  readonly multipart: boolean
  readonly localFile: boolean
}

export interface PresignGetOptions {
  readonly expiresInSeconds: number
  readonly contentType?: string
  readonly contentDisposition?: string
}
export interface PresignPutOptions {
  readonly expiresInSeconds: number
  readonly contentType?: string
  /** Pins the exact length. */
  readonly sizeBytes?: number
  readonly checksum?: Checksum
}
export interface PresignPostOptions {
  readonly expiresInSeconds: number
  readonly contentType?: string
  readonly minBytes?: number
  readonly maxBytes: number
}
/** A request that someone without credentials may make. All of `headers` must be sent as they are. */
export interface PresignedRequest {
  readonly method: 'GET' | 'PUT' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Form fields to send before the file, for POST. */
  readonly fields?: Readonly<Record<string, string>>
  readonly expiresAt: Date
}

export interface PartInfo {
  readonly partNumber: number
  readonly sizeBytes: number
  readonly etag: string
}
export interface MultipartStorage {
  readonly minPartBytes: number
  readonly maxPartBytes: number
  readonly maxParts: number
  create(key: string, options?: ObjectAttributes & { readonly signal?: AbortSignal }): Promise<{ readonly uploadId: string }>
  putPart(
    upload: { readonly key: string; readonly uploadId: string; readonly partNumber: number },
    body: StorageBody,
    options?: Pick<PutOptions, 'sizeBytes' | 'disposableChunks' | 'signal'>,
  ): Promise<PartInfo>
  /** In ascending part number; all of them. */
  listParts(key: string, uploadId: string, signal?: AbortSignal): Promise<readonly PartInfo[]>
  presignPart?(
    upload: { readonly key: string; readonly uploadId: string; readonly partNumber: number },
    options: { readonly expiresInSeconds: number; readonly sizeBytes?: number },
  ): Promise<PresignedRequest>
  complete(
    upload: { readonly key: string; readonly uploadId: string },
    parts: readonly { readonly partNumber: number; readonly etag: string }[],
    options?: { readonly createOnly?: boolean; readonly signal?: AbortSignal },
  ): Promise<ObjectInfo>
  /** Idempotent; an unknown upload is success. */
  abort(key: string, uploadId: string, signal?: AbortSignal): Promise<void>
}

/** A multipart upload that was neither completed nor aborted, or a temporary file of a write that has not ended. */
export type UnfinishedWrite =
  | { readonly type: 'multipart'; readonly key: string; readonly uploadId: string; readonly lastModified: Date }
  | { readonly type: 'temporary'; readonly name: string; readonly sizeBytes: number; readonly lastModified: Date }

export interface UnfinishedWrites {
  /** All of them, in any order, as they are found. */
  list(options?: { readonly signal?: AbortSignal }): AsyncIterable<UnfinishedWrite>
  /** Frees what it holds; one that has ended meanwhile is success. The caller knows that nobody is at work on it. */
  remove(write: UnfinishedWrite): Promise<void>
}

/** An open file that holds exactly an object's bytes. Whoever receives it closes it. */
export interface LocalFile {
  readonly info: ObjectInfo
  /** A node:fs/promises FileHandle; typed by the two members that senders use. */
  readonly handle: {
    readonly fd: number
    read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
    close(): Promise<void>
  }
  /** Absolute path, for hand-over to a reverse proxy. */
  readonly path: string
}

export type StorageBody = AsyncIterable<Uint8Array> | Uint8Array

/**
 * A driver for one place where objects lie.
 *
 * Core guarantees: keys are well-formed Unicode, 1 to `maxKeyBytes` UTF-8 bytes, no control characters, no empty, `.` or `..`
 * segment, no leading or trailing slash; arguments are checked; a chunk it passes is not changed until `put` settles.
 * The driver guarantees: an object is visible whole or not at all, and only once `put` can't fail any more; a failed or
 * aborted call leaves nothing behind; errors are StowageErrors with the vendor's as `cause`. It still rejects keys that are
 * dangerous to it (`invalid_key`), and never escapes one.
 * A place that is missing, a credential or permission that is refused and a backend that can't be reached are `unavailable`, never
 * `not_found` or null: `retryable` only where waiting can help. A backend that stands still ends in `timeout`.
 *
 * An optional method that is present *is* the capability, and `capabilities` says the same.
 */
export interface StorageAdapter {
  /** Short constant name, such as `fs` or `s3`; stored with every blob. */
  readonly name: string
  readonly capabilities: StorageCapabilities
  /** Checks that the place exists and can be used. Called once, before anything else. @throws `unavailable` */
  open?(): Promise<void>
  /**
   * Tells this place from every other that the same configuration could lead to, such as an unmounted disk's folder. Core keeps it in the database
   * and refuses to start over another.
   */
  identity?(): Promise<string>
  put(key: string, body: StorageBody, options?: PutOptions): Promise<ObjectInfo>
  /** @throws `not_found` before the stream; `range_not_satisfiable`; `precondition_failed` */
  get(key: string, options?: GetOptions): Promise<ObjectContent>
  /** Null when there is no such object. */
  head(key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectInfo | null>
  /** Idempotent, any number of keys; one result per key, in their order. */
  delete(keys: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<readonly DeleteResult[]>
  list(options?: ListOptions): Promise<ObjectPage>
  /** Copies bytes and attributes. Onto itself: no change. @throws `not_found`, `already_exists`, `precondition_failed` */
  copy?(
    from: string,
    to: string,
    options?: { readonly createOnly?: boolean; readonly ifMatch?: string; readonly signal?: AbortSignal },
  ): Promise<ObjectInfo>
  /** Replaces all attributes; the bytes stay. @throws `not_found`, `precondition_failed` */
  setAttributes?(
    key: string,
    attributes: ObjectAttributes,
    options?: { readonly ifMatch?: string; readonly signal?: AbortSignal },
  ): Promise<ObjectInfo>
  presignGet?(key: string, options: PresignGetOptions): Promise<PresignedRequest>
  presignPut?(key: string, options: PresignPutOptions): Promise<PresignedRequest>
  presignPost?(key: string, options: PresignPostOptions): Promise<PresignedRequest>
  readonly multipart?: MultipartStorage
  /** What the storage holds besides objects, where it can tell. */
  readonly unfinished?: UnfinishedWrites
  /** Null when there is no such object. */
  localFile?(key: string): Promise<LocalFile | null>
  close?(): Promise<void>
}
