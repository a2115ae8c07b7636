import type { Clock, MultipartStorage } from '@stowage/core/contracts'
import { completeUpload } from './complete.ts'
import { throwIfAborted } from './errors.ts'
import {
  checkPartNumber,
  createUpload,
  findUpload,
  listParts,
  MAX_PART_BYTES,
  MAX_PARTS,
  putPart,
  removeUpload,
} from './multipart.ts'
import { presignPart } from './presign.ts'
import type { Run } from './run.ts'
import type { UrlSigner } from './signing.ts'

export function multipartStorage(
  run: Run,
  signing: { readonly signer: UrlSigner; readonly clock: Clock } | undefined,
): MultipartStorage {
  return {
    minPartBytes: 1,
    maxPartBytes: MAX_PART_BYTES,
    maxParts: MAX_PARTS,
    create: (key, options = {}) =>
      run('begin an upload', place => {
        throwIfAborted(options.signal)
        return createUpload(place, key, options)
      }),
    putPart: (upload, body, options = {}) => run('store a part', place => putPart(place, upload, body, options)),
    listParts: (key, uploadId, signal) =>
      run('list parts', place => {
        throwIfAborted(signal)
        return listParts(place, { key, uploadId })
      }),
    complete: (upload, parts, options = {}) => run('complete an upload', place => completeUpload(place, upload, parts, options)),
    abort: (_key, uploadId, signal) =>
      run('abort an upload', place => {
        throwIfAborted(signal)
        return removeUpload(place, uploadId)
      }),
    ...(signing && {
      presignPart: (upload, options) =>
        run('sign a URL', async place => {
          checkPartNumber(upload.partNumber)
          await findUpload(place, upload)
          return presignPart(signing.signer, signing.clock, upload, options)
        }),
    }),
  }
}
