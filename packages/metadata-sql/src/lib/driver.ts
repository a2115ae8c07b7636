import type { SqlValue, Statement } from './fragment.ts'

/**
 * `one`: must change exactly one row, or the batch is rolled back. `any`: may change any number.
 * `rows`: its rows (`returning …`) are the result. `found`: a read, which must find exactly one row, or the batch is rolled back.
 */
export type Expectation = 'one' | 'any' | 'rows' | 'found'

export interface WriteStatement extends Statement {
  readonly expect: Expectation
}

export type Row = readonly SqlValue[]

/**
 * Runs compiled statements. Rows come as arrays, in the order of the select list.
 * All methods reject with a StowageError (`unavailable`, `insufficient_storage`, `internal`), with the database's own error as cause.
 */
export interface SqlDriver {
  /** Short constant name of the database. */
  readonly name: string
  /** Connects, and brings the schema up to date. */
  open(): Promise<void>
  /** A read that an index answers at once. */
  read(statement: Statement): Promise<readonly Row[]>
  /** A read that may take long; never in the way of `read` and `write`. */
  scan(statement: Statement, signal?: AbortSignal): Promise<readonly Row[]>
  /**
   * All statements or none, durable once resolved; the rows of each statement in their order (empty unless `rows`).
   * @throws SqlWriteFailure when a guard does not hold or a unique index refuses a row
   */
  write(statements: readonly WriteStatement[]): Promise<readonly (readonly Row[])[]>
  /** Waits for what is running. */
  close(): Promise<void>
}

/** Why a batch was rolled back, and by which of its statements. */
export class SqlWriteFailure extends Error {
  override readonly name = 'SqlWriteFailure'
  readonly statementIndex: number
  readonly reason: 'guard' | 'unique'
  /** Columns of the unique index that refused the row. */
  readonly columns: readonly string[]

  constructor(statementIndex: number, reason: 'guard' | 'unique', columns: readonly string[] = [], cause?: unknown) {
    super(`Statement ${statementIndex} failed its ${reason}`, { cause })
    this.statementIndex = statementIndex
    this.reason = reason
    this.columns = columns
  }
}
