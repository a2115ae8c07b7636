import type { AssetRecord } from './asset.ts'
import type { Inspection } from './inspector.ts'
import type { JsonObject } from './json.ts'
import type { ByteRange, LocalFile } from './storage.ts'

/** The stored bytes of an asset, as they were when the work on them began. */
export interface StoredFile {
  readonly asset: Pick<AssetRecord, 'id' | 'kind' | 'type' | 'filename' | 'width' | 'height' | 'properties'> & {
    readonly contentType: string
    readonly sizeBytes: number
  }
  /** The bytes, or a part of them. May be called any number of times. */
  open(range?: ByteRange): Promise<AsyncIterable<Uint8Array>>
  /**
   * The bytes as an open file, where the storage has them in one of just this size; null where it doesn't. Whoever receives it closes it.
   * Absent where the storage never has: `open` reads them all the same.
   */
  localFile?(): Promise<LocalFile | null>
  /** Fires at the deadline, and when the work is given up: asset deleted, bytes replaced, process ending. */
  readonly signal: AbortSignal
}

/** What a processor tells while it works. */
export interface ProcessReport {
  /** How far it is, from 0 to 1. */
  readonly fraction?: number
  /** Shown at once, and kept although a later attempt may fail. */
  readonly facts?: Inspection
  /**
   * Text for the word index, after what was reported before. It is written together with the next `state`, or at the end of the work, so that
   * an attempt that goes on there repeats none. The index keeps the first 1 Mi characters of a file.
   */
  readonly text?: string
  /** Where a later attempt goes on; at most 16 KiB as JSON. */
  readonly state?: JsonObject
}

export interface ProcessInput extends StoredFile {
  /** The `state` that an earlier attempt reported last; null at first. */
  readonly resume: JsonObject | null
  /** Resolves once it is kept; text, once it will be. @throws StowageError `conflict` when another worker has the job, or the bytes are gone: stop */
  report(report: ProcessReport): Promise<void>
}

/**
 * Learns facts and text from the whole of a stored file, in a job of its own. Delivery is at least once: the same input must give the same
 * result. What it throws fails the attempt, never the asset: it is tried three times, and not again after an error that is not retryable
 * (`unprocessable`: these bytes can't be read).
 */
export interface Processor {
  /** Short constant name, for logs and events: letters, digits, dots, hyphens and underscores. Unique among the processors. */
  readonly name: string
  /** Whether it has anything to do for files of this type. */
  accepts(contentType: string): boolean
  /** Null: nothing found. */
  process(input: ProcessInput): Promise<Inspection | null>
  close?(): Promise<void>
}
