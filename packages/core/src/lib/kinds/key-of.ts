import type { Asset } from '../assets/interface/asset.ts'
import { keySafeFilename } from './filename.ts'
import type { Kind } from './kind.ts'

/**
 * The key that a kind's own strategy gives to an asset's uploaded bytes, for showing it; null without a strategy, and without bytes. They lie there for as
 * long as they are not replaced and nothing that the strategy looks at changes; bytes that were staged first lie elsewhere.
 */
export function keyOf(kind: Kind, asset: Asset): string | null {
  if (kind.keys === undefined || asset.sha256 === null) return null
  const id = kind.ids?.parse(asset.id) ?? String(asset.id)
  return kind.keys({ ...asset, id, filename: keySafeFilename(asset.filename ?? 'file'), replacementId: null })
}
