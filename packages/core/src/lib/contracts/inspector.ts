import type { JsonObject } from './json.ts'

export interface InspectInput {
  /** The first bytes of the file, up to 64 KiB. Not to be changed, nor kept: the memory may be taken back once the file is stored. */
  readonly prefix: Uint8Array
  /** As decided from the bytes. */
  readonly contentType: string
  /** Size of the whole file, where it is known before its end. */
  readonly sizeBytes: number | undefined
}

/** What was learnt. Absent: not known. */
export interface Inspection {
  /** Pixels, as seen. */
  readonly width?: number
  readonly height?: number
  /** Joined with what other inspectors found; at most 16 KiB as JSON. */
  readonly properties?: JsonObject
}

/**
 * Learns facts from the beginning of a file, while it arrives. It runs in the server's own process: it must be quick, must not loop over what the
 * bytes claim, and sees no more than the prefix. What it throws is logged, and costs only its own facts.
 */
export interface Inspector {
  /** Short constant name, for logs. */
  readonly name: string
  /** Null when it has nothing to say of such a file. */
  inspect(input: InspectInput): Inspection | null | Promise<Inspection | null>
}
