import type { StorageAdapter } from '@stowage/core/contracts'
import type { FakeClock } from '../../clock/fake-clock.ts'

/** What a suite needs to know of the storage that it tries. */
export interface StorageHarness {
  /** Stands in the name of the suite. */
  readonly name: string
  /** An empty namespace of its own for each row. */
  create(): Promise<StorageFixture>
}

export interface StorageFixture {
  /** Opened already. */
  readonly storage: StorageAdapter
  /** Another instance on the same namespace, as another process would have. Absent: `storage` again. */
  readonly second?: StorageAdapter
  /** Reaches presigned URLs without credentials. Absent: rows that fetch are skipped. */
  readonly fetch?: typeof fetch
  /** The clock that the storage signs and expires by. Absent: rows on expiry are skipped. */
  readonly clock?: FakeClock
  /** A part size to use, small and at least `minPartBytes`. Default: the larger of `minPartBytes` and 1 KiB. */
  readonly partBytes?: number
  /** Descriptors or sockets in use now. Absent: rows on leaks are skipped. */
  readonly openResources?: () => number | Promise<number>
  /** Cuts a stored object short behind the storage's back. */
  readonly damage?: (key: string, keepBytes: number) => Promise<void>
  /** Why memory can't be bounded, for storage that is memory. */
  readonly unboundedMemory?: string
  /** Throws when anything outside the namespace was changed, or something unfinished lies in it. */
  readonly inspect?: () => Promise<void>
  close(): Promise<void>
}

/** The two functions of a test runner that a suite needs; vitest and node:test both have them. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown
  it(name: string, run: (context: { skip(reason?: string): unknown }) => Promise<void>): unknown
}

export interface RowContext extends StorageFixture {
  readonly second: StorageAdapter
  readonly partBytes: number
}

/** One row of the suite, by its number in the list of what every adapter is tested for. */
export interface Row {
  readonly id: `S${number}`
  readonly title: string
  /** Why the row can't be tried on this storage; null when it can. */
  readonly skip?: (fixture: StorageFixture) => string | null
  run(context: RowContext): Promise<void>
}
