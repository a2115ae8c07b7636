import type { UploadProgress } from '../inputs.ts'
import type { Asset } from '../wire.ts'

/** In one request to the API, straight to the storage, or to the API in as many requests as it takes. */
export type UploadWay = 'request' | 'direct' | 'resumable'

export type UploadState = 'running' | 'paused' | 'done' | 'failed' | 'aborted'

export interface UploadRetry {
  /** What has failed. */
  readonly error: unknown
  /** From 1; counts anew for each request, part, and whenever a resumable upload came further. */
  readonly attempt: number
  /** From now on, and for as long as the browser says that there is no network. */
  readonly delayMs: number
}

/** What the listeners of an upload are given. */
export interface UploadEvents {
  /** More was sent than ever before; and once after each `retry`, when bytes are on their way again. */
  progress: UploadProgress
  /** The way was found; again where the storage cannot be reached and another one is taken. */
  way: UploadWay
  /** Something failed that may go well the next time. */
  retry: UploadRetry
  /** Nothing is under way any more, until `resume()`. */
  paused: UploadProgress
  done: Asset
  /** What `done` rejects with, an abort's reason included. */
  error: unknown
}

/** An upload under way. */
export interface UploadTask {
  /** The asset. Rejects with an AssetClientError, or with the reason of the abort; nobody has to listen. */
  readonly done: Promise<Asset>
  readonly state: UploadState
  readonly progress: UploadProgress
  /** Null until it is found. */
  readonly way: UploadWay | null
  /**
   * Ends what is being sent; the API keeps what has arrived, and `resume()` goes on from there. What goes in one request is begun anew.
   * @returns false where there is nothing to pause: it is paused, has ended, or sends a stream, which cannot be read twice
   */
  pause(): boolean
  /** Goes on after `pause()`. */
  resume(): void
  /** Gives the upload up, here and at the API. @param reason what `done` rejects with; an `AbortError` by default */
  abort(reason?: unknown): void
  /** Listens until the returned function is called. Events that were before are not told again. */
  on<E extends keyof UploadEvents>(event: E, listener: (value: UploadEvents[E]) => void): () => void
}
