/** One run of one contender: what it did, and what that took. */
export interface Measurement {
  /** Units of work done: bytes, parts, requests. */
  readonly work: number
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

export const LEAST_ROUNDS = 5

/**
 * Runs all contenders one after the other, round by round, so that what the machine does meanwhile hits them alike.
 * @param rounds at least 5; every other round goes backwards
 */
export async function interleave<Name extends string, Result = Measurement>(
  names: readonly Name[],
  rounds: number,
  run: (name: Name) => Promise<Result>,
): Promise<Map<Name, Result[]>> {
  if (rounds < LEAST_ROUNDS) throw new RangeError(`A figure needs at least ${LEAST_ROUNDS} rounds, not ${rounds}.`)
  const results = new Map<Name, Result[]>(names.map(name => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) results.get(name)?.push(await run(name))
  }
  return results
}
