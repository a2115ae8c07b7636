import type { AssetRecord } from '../../contracts/asset.ts'
import type { PendingUploadView } from '../completion/pending-upload.ts'
import type { Asset } from '../interface/asset.ts'
import type { DirectUpload } from '../interface/direct-uploads.ts'

/** An upload as callers see it: nothing of where its bytes lie but what they need to send them. */
export async function shownUpload(
  { upload, request, parts, asset }: PendingUploadView,
  present: (record: AssetRecord) => Promise<Asset>,
): Promise<DirectUpload> {
  const { method, phase, sizeBytes, partBytes, partCount, failure } = upload.data
  return {
    id: upload.id,
    method,
    state: phase === 'ended' ? 'failed' : phase,
    sizeBytes,
    expiresAt: new Date(upload.expiresAt),
    request,
    partBytes,
    partCount,
    parts,
    asset: asset && (await present(asset)),
    error: failure?.message ?? null,
  }
}
