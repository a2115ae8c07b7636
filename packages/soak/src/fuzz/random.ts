/** Repeatable randomness. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number
  /** A whole number from 0 up to but not including `end`. */
  below(end: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T
  /** Picks by weight. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T
  bytes(length: number): Buffer
}

/** Numbers that depend on nothing but `seed` and `stream`. */
export function randomOf(seed: number, stream: number): Random {
  const next = generator(mixed(seed) ^ mixed(stream + 0x9e3779b9))
  const below = (end: number) => Math.floor(next() * end)
  return {
    next,
    below,
    chance: probability => next() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('Nothing to pick from.')
      return list[below(list.length)] as T
    },
    weighted(list) {
      let left = next() * list.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of list) {
        left -= weight
        if (left < 0) return value
      }
      return (list.at(-1) as (typeof list)[number])[1]
    },
    bytes: length => Buffer.from(Array.from({ length }, () => below(256))),
  }
}

function mixed(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b)
  return bits ^ (bits >>> 16)
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}
