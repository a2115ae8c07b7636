import { base32, type Random } from '../crypto/random.ts'
import type { KeyStrategy } from './kind.ts'

const KEY_RANDOM_BYTES = 20

const assetless = new WeakSet<KeyStrategy>()

/** A key of 160 random bits, under one of 1,024 folders: `7k/2m9x…`. */
export function randomKey(random: Random): string {
  const name = base32(random(KEY_RANDOM_BYTES))
  return `${name.slice(0, 2)}/${name.slice(2)}`
}

/** Makes every key a {@link randomKey}. */
export function randomKeys(random: Random): KeyStrategy {
  const keys = (): string => randomKey(random)
  assetless.add(keys)
  return keys
}

/** Whether the strategy makes random keys whatever the asset, so that a key may be there before the asset is known. */
export function needsNoAsset(keys: KeyStrategy): boolean {
  return assetless.has(keys)
}
