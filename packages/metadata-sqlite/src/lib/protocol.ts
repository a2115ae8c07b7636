/** What passes between the threads: plain data, small. */
export type Value = string | number | null
export type ResultRow = readonly Value[]

/** 0: any number of rows may change; 1: exactly one must; 2: its rows are the result; 3: a read that must find exactly one. */
export type Mode = 0 | 1 | 2 | 3
export type BatchStatement = readonly [sql: string, parameters: readonly Value[], mode: Mode]

export interface ConnectionOptions {
  readonly file: string
  readonly busyTimeoutMs: number
  readonly readOnly: boolean
  readonly cacheKiB: number
}

/** Why a batch or read failed: a guard, or SQLite with its extended result code. */
export interface Failure {
  /** Index of the statement in its batch; -1 where it was none of them. */
  readonly statement: number
  /** 0 for a guard. */
  readonly code: number
  readonly message: string
}

export type Outcome = { readonly rows: readonly (readonly ResultRow[])[] } | { readonly failure: Failure }

/** A statement on its way: its text, or the number that the text was given before. */
export type SentStatement = readonly [text: string | number, parameters: readonly Value[], mode: Mode]

export interface Request {
  readonly id: number
  readonly statements: readonly SentStatement[]
}

/** What is sent at once. */
export interface Parcel {
  /** Texts that are from now on called by their number, which is their place among all that were sent. */
  readonly texts: readonly string[]
  readonly requests: readonly Request[]
}

/** Outcomes of one group, each with its request's id. */
export type Reply = readonly (readonly [id: number, outcome: Outcome])[]

export interface ThreadData {
  readonly role: 'writer' | 'reader'
  readonly connection: ConnectionOptions
}
