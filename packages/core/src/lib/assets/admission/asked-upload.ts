import { checkDetails } from '../details/details.ts'
import type { AssetDetails } from '../interface/asset.ts'
import type { UploadInput } from '../interface/making.ts'
import type { ServiceScope } from '../service.ts'
import { openBody } from './body.ts'
import { detailsAsked, fingerprintOf } from './fingerprint.ts'

/** What an upload asks for: a file of these bytes, with these details. */
export function uploadFingerprint(input: UploadInput, late: AssetDetails | undefined, sha256: string): string {
  const { contentType } = input
  return fingerprintOf('upload', { details: detailsAsked(input, late), contentType, sha256 })
}

/** Reads an upload to its end and keeps nothing of it but what it asks for. @throws what the upload would be refused with by then */
export async function askedByUpload({ kind }: ServiceScope, input: UploadInput): Promise<string> {
  checkDetails(kind, input, input.late ? 'part' : 'whole')
  const incoming = await openBody(kind, input, null, bytes => input.onProgress?.(bytes))
  try {
    if (!(incoming.body instanceof Uint8Array)) for await (const _ of incoming.body);
    const late = await input.late?.()
    return uploadFingerprint(input, late, incoming.result().sha256)
  } finally {
    await incoming.close()
  }
}
