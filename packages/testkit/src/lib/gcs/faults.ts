/** A request, as a fault or a test may look at it. */
export interface GcsRequest {
  readonly method: string
  /** Decoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
}

/**
 * What goes wrong with a request: its connection is `reset` before anything happens; its answer is lost after everything did; it is never
 * answered (`stall`); its answer is `cut` half-way; or it is answered with a status and a body, after everything did happen where it is `done`.
 */
export type GcsFaultKind =
  | 'reset'
  | 'lose-answer'
  | 'stall'
  | 'cut'
  | { readonly status: number; readonly body?: string; readonly done?: boolean }

export interface GcsFault {
  readonly does: GcsFaultKind
  /** Default: every request. */
  readonly when?: (request: GcsRequest) => boolean
  /** How many of those it meets. Default 1. */
  readonly times?: number
}

/** Faults that wait for their requests. */
export class Faults {
  #waiting: { readonly fault: GcsFault; left: number }[] = []

  inject(fault: GcsFault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 })
  }

  heal(): void {
    this.#waiting = []
  }

  /** The fault that meets this request, if any. */
  take(request: GcsRequest): GcsFaultKind | null {
    const found = this.#waiting.find(({ fault, left }) => left > 0 && (fault.when?.(request) ?? true))
    if (!found) return null
    found.left -= 1
    return found.fault.does
  }
}
