import type { Asset } from '../assets/assets.ts'
import { keySafeFilename } from './filename.ts'
import type { Kind } from './kind.ts'

/**
 * The key that a kind's own strategy gives to an asset's first bytes, for showing it; null without a strategy, and without bytes. They lie there for as long as
 * nothing that the strategy looks at has changed and they have not been replaced.
 */
export function keyOf(kind: Kind, asset: Asset): string | null {
  if (kind.keys === undefined || asset.sha256 === null) return null
  const id = kind.ids?.parse(asset.id) ?? String(asset.id)
  return kind.keys({ ...asset, id, filename: keySafeFilename(asset.filename ?? 'file'), replacementId: null })
}
