import type { AssetQuery, KindSchema, MetadataStore } from '@stowage/core/contracts'
import type { TestRunner } from '../../storage/conformance/harness.ts'

export type { TestRunner }

/** What a suite needs to know of the metadata store that it tries. */
export interface MetadataHarness {
  /** Stands in the name of the suite. */
  readonly name: string
  /** An empty database of its own for each row. */
  create(kinds: readonly KindSchema[]): Promise<MetadataFixture>
}

export interface MetadataFixture {
  /** Opened already, with the kinds given. */
  readonly store: MetadataStore
  /** Another store on the same database, opened alike, as another process would have. Absent: `store` again. */
  readonly second?: MetadataStore
  /**
   * How the database answers a list. `indexed`: rows are reached and ordered through indexes, and only those of the page (and
   * few more) are read. Absent: rows on plans are skipped.
   */
  readonly explain?: (query: AssetQuery) => Promise<{ readonly indexed: boolean; readonly steps: readonly string[] }>
  /** Assets in the row on plans. Default 100,000. */
  readonly planRows?: number
  close(): Promise<void>
}

export interface MetadataRowContext {
  readonly store: MetadataStore
  readonly second: MetadataStore
  readonly fixture: MetadataFixture
}

/** One row of the suite, by its number in the list of what every store is tested for. */
export interface MetadataRow {
  readonly id: `M${number}`
  readonly title: string
  /** Why the row can't be tried on this store; null when it can. */
  readonly skip?: (fixture: MetadataFixture) => string | null
  run(context: MetadataRowContext): Promise<void>
}
