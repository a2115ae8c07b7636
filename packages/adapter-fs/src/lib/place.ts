import type { Directories } from './directories.ts'
import type { Root } from './root.ts'
import type { SmallWrites } from './small-writes/small-writes.ts'
import type { Stamps } from './stamps.ts'

/** An opened root with what every operation on it needs. */
export interface Place {
  readonly root: Root
  readonly directories: Directories
  readonly stamps: Stamps
  /** Null where the system can't hold folders open by a path: every file then takes the long way. */
  readonly smallWrites: SmallWrites | null
  readonly fileMode: number
  readonly directoryMode: number
}
