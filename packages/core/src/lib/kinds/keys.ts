import { base32, type Random } from '../crypto/random.ts'
import type { KeyStrategy } from './kind.ts'

const KEY_RANDOM_BYTES = 20

/** Keys of 160 random bits, under 1,024 folders: `7k/2m9x…`. */
export function randomKeys(random: Random): KeyStrategy {
  return () => {
    const name = base32(random(KEY_RANDOM_BYTES))
    return `${name.slice(0, 2)}/${name.slice(2)}`
  }
}
