/** What a body holds, as people read it. */
export type BodyView =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'form'; readonly parts: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'bytes'; readonly contentType: string; readonly sizeBytes: number }

export type HeaderLines = readonly (readonly [name: string, value: string])[]

/** One request and its answer, as far as it has come. */
export interface Exchange {
  readonly id: number
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly requestHeaders: HeaderLines
  readonly requestBody: BodyView | null
  /** Reads a file, rather than records. */
  readonly ofFile: boolean
  readonly startedAt: Date
  readonly answer: ExchangeAnswer | null
  /** Why there will be no answer. */
  readonly failure: string | null
}

export interface ExchangeAnswer {
  readonly status: number
  readonly tookMs: number
  readonly headers: HeaderLines
  readonly body: BodyView | null
}
