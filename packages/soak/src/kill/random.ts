/** A stream of numbers that a seed repeats. */
export interface Random {
  /** 0 to below `limit`, whole. */
  below(limit: number): number
  pick<T>(from: readonly T[]): T
}

/** @see mulberry32, a generator of 32 bits of state: good enough to choose requests with */
export function randomOf(seed: number): Random {
  let state = seed | 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return { below, pick: from => from[below(from.length)] as (typeof from)[number] }
}
