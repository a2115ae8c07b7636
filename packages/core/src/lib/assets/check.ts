import type { AssetRecord } from '../contracts/asset.ts'
import type { CheckedAsset, Kind } from '../kinds/kind.ts'
import { invalid, pointerTo } from './details.ts'

/** Asks the kind whether the asset may be as it is about to be. @throws StowageError `unprocessable`, and what its `check` throws */
export async function checkAsset({ check }: Kind, record: AssetRecord): Promise<void> {
  const faults = check && (await check(checkedAsset(record)))
  if (!faults) return
  const issues = Object.entries(faults).flatMap(([name, message]) => (message ? [{ pointer: pointerTo([name]), message }] : []))
  if (issues.length > 0) throw invalid(issues)
}

/** The record without what speaks of its storage and of work under way. */
function checkedAsset(record: AssetRecord): CheckedAsset {
  const { state, processing, processingError, processingProgress, uniqueName, blobId, version, ...checked } = record
  return checked
}
