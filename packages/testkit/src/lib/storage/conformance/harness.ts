import type { StorageAdapter } from '@stowage/core/contracts'
import type { FakeClock } from '../../clock/fake-clock.ts'
import type { Flag } from './refusals.ts'

/** What a suite needs to know of the storage that it tries. */
export interface StorageHarness {
  /** Stands in the name of the suite. */
  readonly name: string
  /** An empty namespace of its own for each row. */
  create(): Promise<StorageFixture>
  /** Put around every instance that the fixture gives, to try a wrapper: it must keep all that the storage keeps. */
  readonly wrap?: (storage: StorageAdapter) => StorageAdapter
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
  /** From now on the backend refuses to delete this object, and no other. */
  readonly holdFast?: (key: string) => Promise<void>
  /** Instances that can't do their work. */
  readonly outOfOrder?: OutOfOrder
  /** Why memory can't be bounded, for storage that is memory. */
  readonly unboundedMemory?: string
  /** Throws when anything outside the namespace was changed, or something unfinished lies in it. */
  readonly inspect?: () => Promise<void>
  close(): Promise<void>
}

/** Makes an instance, not opened; or says why there can be none. */
export type Faulty = (() => Promise<StorageAdapter>) | string

/** Each is tried by rows of its own; what is absent is skipped. */
export interface OutOfOrder {
  /** Its bucket, root or database does not exist. */
  readonly missingPlace?: Faulty
  /** Its credentials are wrong. */
  readonly wrongCredentials?: Faulty
  /** Its credentials are right, and allow nothing. */
  readonly noPermission?: Faulty
  /** Its backend is away, overloaded or locked, and may be back soon. */
  readonly unreachable?: Faulty
  /** Its backend takes calls and never answers. Its own time limit is a second at most. */
  readonly stalled?: Faulty
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

/** One row of the suite, by its number in the list of what every adapter is tested for. A number may have several. */
export interface Row {
  readonly id: `S${number}`
  readonly title: string
  /** Capabilities that the row tries. Where one isn't claimed, it must be refused instead, and the row is skipped. */
  readonly needs?: readonly Flag[]
  /** What the harness lacks for the row; null when it lacks nothing. */
  readonly skip?: (fixture: StorageFixture) => string | null
  run(context: RowContext): Promise<void>
}
