import type { World, WorldOptions } from './world/world.ts'

/** One claim of the list of what every HTTP binding is tested for, under the number of its row. */
export interface HttpCase {
  readonly row: `H${number}`
  readonly title: string
  /** Speaks of connections, or of bytes that no `Request` can hold. */
  readonly socketOnly?: true
  /** Has pictures made. */
  readonly pictures?: true
  readonly world?: WorldOptions
  run(world: World): Promise<void>
}

/** A row that no case of today's routes touches. */
export interface OpenRow {
  readonly row: `H${number}`
  readonly title: string
  readonly why: string
}
