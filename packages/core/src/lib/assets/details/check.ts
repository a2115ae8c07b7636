import type { AssetRecord } from '../../contracts/asset.ts'
import type { CheckedAsset, Kind } from '../../kinds/kind.ts'
import { within } from '../../runtime/within.ts'
import type { ServiceDeps } from '../service.ts'
import { invalid, pointerTo } from './details.ts'

const CHECK_TIMEOUT_MS = 5000

/** Asks the kind whether the asset may be as it is about to be. @throws StowageError `unprocessable`, `timeout`, and what its `check` throws */
export async function checkAsset(
  { clock }: Pick<ServiceDeps, 'clock'>,
  { name: kind, check }: Kind,
  record: AssetRecord,
): Promise<void> {
  if (!check) return
  const asked = Promise.resolve(checkedAsset(record)).then(check)
  const faults = await within(clock, CHECK_TIMEOUT_MS, `The check of kind ${kind}`, asked)
  if (!faults) return
  const issues = Object.entries(faults).flatMap(([name, message]) => (message ? [{ pointer: pointerTo([name]), message }] : []))
  if (issues.length > 0) throw invalid(issues)
}

/** The record without what speaks of its storage and of work under way. */
function checkedAsset(record: AssetRecord): CheckedAsset {
  const { state, processing, processingError, processingProgress, uniqueName, blobId, version, ...checked } = record
  return checked
}
