import type { AssetRecord } from '../contracts/asset.ts'
import type { CheckedAsset, Kind } from '../kinds/kind.ts'

/** Asks the kind whether the asset may be as it is about to be. @throws what its `check` throws */
export async function checkAsset({ check }: Kind, record: AssetRecord): Promise<void> {
  if (check) await check(checkedAsset(record))
}

/** The record without what speaks of its storage and of work under way. */
function checkedAsset(record: AssetRecord): CheckedAsset {
  const { state, processing, processingError, processingProgress, uniqueName, blobId, version, ...checked } = record
  return checked
}
