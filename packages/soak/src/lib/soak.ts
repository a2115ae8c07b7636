/** How much a run does, and what makes it repeatable. */
export interface SoakRun {
  readonly seed: number
  /** How many units (requests, cycles, states: as the soak says) to do. */
  readonly count: number
  /** Says how far the run is; called as often as a unit is done. */
  progress(done: number): void
}

/** A run that is too long for the test suite. Tests call the same `run` with a smaller count. */
export interface Soak {
  /** One line for the list of soaks. */
  readonly summary: string
  /** What `count` counts, in the plural. */
  readonly unit: string
  readonly defaultCount: number
  /**
   * Does `count` units.
   * @returns figures to print, by name
   * @throws at the first thing that is wrong, with what is needed to see it again
   */
  run(options: SoakRun): Promise<Readonly<Record<string, string | number>>>
}
