/** Time source. All of Stowage reads time and waits through it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /**
   * Calls `run` once after `delayMs`. Does not keep the process alive.
   * @returns cancels; does nothing once `run` was called
   */
  after(delayMs: number, run: () => void): () => void
}

export interface Logger {
  debug(message: string, details?: object): void
  info(message: string, details?: object): void
  warn(message: string, details?: object): void
  error(message: string, details?: object): void
}

export type AssetEventType =
  | 'asset.ready'
  | 'asset.failed'
  | 'asset.updated'
  | 'asset.replaced'
  | 'asset.deleted'
  | 'asset.purged'
  | 'asset.progress'
  | 'asset.processed'
  | 'asset.processing_failed'

/** What some events say besides. */
export interface AssetEventDetails {
  /** Of `asset.progress`: `scan`, a processor's name, or `derivative:` and its name. */
  readonly step?: string
  /** Of `asset.progress`: how far the step is, from 0 to 1. */
  readonly fraction?: number
  /** Of `asset.processing_failed`: as the asset's `processingError`. */
  readonly reason?: string
}

/** Something that happened to an asset. Sent after its commit; delivery is at most once, in the process where it happened. */
export interface AssetEvent extends AssetEventDetails {
  readonly type: AssetEventType
  readonly kind: string
  readonly space: string
  readonly assetId: string
  readonly version: number
  readonly at: number
}

export interface EventSink {
  /** Must not throw; what it throws is logged and dropped. */
  emit(event: AssetEvent): void
}
