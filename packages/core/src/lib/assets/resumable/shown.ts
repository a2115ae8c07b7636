import type { AssetRecord } from '../../contracts/asset.ts'
import type { PendingUploadView } from '../completion/pending-upload.ts'
import type { Asset } from '../interface/asset.ts'
import type { ResumableUpload } from '../interface/resumable-uploads.ts'
import type { ResumableRecord } from './received.ts'

/** An upload as callers see it: nothing of where its bytes lie. */
export async function shownResumable(
  view: Pick<PendingUploadView, 'upload' | 'asset'>,
  present: (record: AssetRecord) => Promise<Asset>,
): Promise<ResumableUpload> {
  const upload = view.upload as ResumableRecord
  const { id, offsetBytes, declaredBytes, expiresAt, data } = upload
  return {
    id,
    state: data.phase === 'ended' ? 'failed' : data.phase,
    offsetBytes,
    sizeBytes: declaredBytes,
    senderNote: data.received.senderNote,
    expiresAt: new Date(expiresAt),
    asset: view.asset && (await present(view.asset)),
    error: data.failure?.message ?? null,
  }
}
