import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3'
import { type ObjectAttributes, type ObjectInfo, type PutOptions, StowageError } from '@stowage/core/contracts'
import { toSdk } from './attributes.ts'
import { changed, quoted, taken } from './errors.ts'
import { findObject, headObject } from './head.ts'
import { infoOf } from './object-info.ts'
import { ownWrite } from './own-write.ts'
import { objectAt, type Place, until } from './place.ts'

/** An upload in parts that begins and ends within one call of ours. */
export interface Upload {
  readonly place: Place
  readonly key: string
  readonly uploadId: string
  readonly write: string
  readonly signal: AbortSignal
}

interface Beginning {
  readonly key: string
  readonly attributes: ObjectAttributes
  readonly write: string
  readonly signal: AbortSignal
  /** Every part will bring its SHA-256. */
  readonly checksums: boolean
}

export async function beginUpload(place: Place, beginning: Beginning): Promise<Upload> {
  const { key, attributes, write, signal, checksums } = beginning
  const command = new CreateMultipartUploadCommand({
    ...objectAt(place, key),
    ...toSdk(attributes, write),
    ...(checksums && { ChecksumAlgorithm: 'SHA256' as const }),
  })
  const { UploadId } = await place.client.send(command, until(signal))
  if (UploadId === undefined) throw new StowageError('bad_gateway', `The service named no upload for ${quoted(key)}.`)
  return { place, key, uploadId: UploadId, write, signal }
}

/** Frees the parts. What failed before is what the caller hears of; an upload that can't be given up now is found by `unfinished`. */
export async function giveUp({ place, key, uploadId }: Upload): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...objectAt(place, key), UploadId: uploadId })
  await place.client.send(command).catch(() => undefined)
}

export async function completeOwn(
  upload: Upload,
  parts: CompletedPart[],
  sizeBytes: number,
  options: Pick<PutOptions, 'createOnly' | 'ifMatch'>,
): Promise<ObjectInfo> {
  const { place, key, uploadId, write, signal } = upload
  const { createOnly, ifMatch } = options
  const { createOnlyComplete } = place.quirks
  if (createOnly && !createOnlyComplete && (await findObject(place, key, signal))) throw taken(key)
  const command = new CompleteMultipartUploadCommand({
    ...objectAt(place, key),
    UploadId: uploadId,
    MultipartUpload: { Parts: parts },
    ...(createOnly && createOnlyComplete && { IfNoneMatch: '*' }),
    ...(ifMatch !== undefined && { IfMatch: ifMatch }),
  })
  try {
    await place.client.send(command, until(signal))
  } catch (error) {
    return infoOf(key, await ownWrite(place, { key, write, createOnly, ifMatch, signal }, error), sizeBytes)
  }
  // It names neither size nor date, and some services no ETag.
  const info = await headObject(place, key, signal)
  if (info?.sizeBytes === sizeBytes) return info
  throw changed(key)
}
