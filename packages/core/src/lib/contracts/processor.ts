import type { AssetRecord } from './asset.ts'
import type { Inspection } from './inspector.ts'
import type { ByteRange } from './storage.ts'

export interface ProcessInput {
  readonly asset: Pick<AssetRecord, 'id' | 'kind' | 'type' | 'filename' | 'properties'> & {
    readonly contentType: string
    readonly sizeBytes: number
  }
  /** The asset's bytes, as they were when the job began, or a part of them. May be called any number of times. */
  open(range?: ByteRange): Promise<AsyncIterable<Uint8Array>>
  /** Fires at the deadline, and when the asset is deleted or its bytes are replaced. */
  readonly signal: AbortSignal
}

/** Bytes made from an asset's: kept as a blob of their own, and deleted with their source. */
export interface Derivative {
  /** Role of the blob, such as `thumbnail`; the same name replaces what an earlier run made. */
  readonly name: string
  readonly contentType: string
  readonly body: AsyncIterable<Uint8Array> | Uint8Array
}

export interface Processed extends Inspection {
  readonly derivatives?: readonly Derivative[]
}

/**
 * Derives things from the whole of a stored file, in a job of its own. Delivery is at least once: the same input must give the same result.
 * What it throws fails the attempt, never the asset. The contract that media packages implement; `createStowage` itself runs none.
 */
export interface Processor {
  /** Short constant name, for logs and job rows. */
  readonly name: string
  /** Whether it has anything to do for files of this type. */
  accepts(contentType: string): boolean
  process(input: ProcessInput): Promise<Processed>
}
