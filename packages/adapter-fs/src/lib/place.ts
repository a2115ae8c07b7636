import type { Directories } from './directories.ts'
import type { Root } from './root.ts'
import type { Stamps } from './stamps.ts'

/** An opened root with what every operation on it needs. */
export interface Place {
  readonly root: Root
  readonly directories: Directories
  readonly stamps: Stamps
  readonly fileMode: number
  readonly directoryMode: number
}
